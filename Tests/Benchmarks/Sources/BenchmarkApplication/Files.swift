// What the rows about stored files call.

import Hull

/// Where files go and come from.
@Functions("files")
public enum Files {
  /// A URL to upload to.
  @Mutation
  static func uploadURL(_ ctx: MutationContext) async throws -> String {
    try await ctx.storage.generateUploadUrl()
  }

  /// The URL of a file.
  @Query
  static func url(_ ctx: QueryContext, id: ID<StoredFile>) async throws -> String? {
    try await ctx.storage.getUrl(id)
  }
}
