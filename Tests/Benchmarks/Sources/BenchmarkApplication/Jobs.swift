// What the rows about scheduled functions call.

import Hull

/// What is done many times, or later.
@Functions("jobs")
public enum Jobs {
  /// Runs a mutation `count` times, one after the other, each a transaction of its own.
  @Action
  static func `repeat`(
    _ ctx: ActionContext,
    path: String,
    first: Double,
    count: Int,
    text: String
  ) async throws {
    for number in 0..<count {
      let arguments: ConvexObject = [
        "number": .float64(first + Double(number)), "text": .string(text),
      ]
      try await ctx.runMutation(path, arguments)
    }
  }

  /// Has a document written in a year.
  @Mutation
  static func addLater(
    _ ctx: MutationContext,
    number: Double,
    text: String
  ) async throws {
    try await ctx.scheduler.runAfter(
      .seconds(365 * 86_400),
      Notes.$add(number: number, text: text)
    )
  }

  /// Has `count` documents numbered from `first` written, each by a job of its own, at `time`.
  @Mutation
  static func plan(
    _ ctx: MutationContext,
    first: Int,
    count: Int,
    text: String,
    time: Double
  ) async throws {
    for number in first..<(first + count) {
      try await ctx.scheduler.runAt(time, Notes.$add(number: Double(number), text: text))
    }
  }

  /// When the document was written that was written last, in milliseconds since 1970.
  @Query
  static func lastWrite(_ ctx: QueryContext) async throws -> Double? {
    try await ctx.db.query(Note.self).order(.descending).first()?.creationTime
  }
}
