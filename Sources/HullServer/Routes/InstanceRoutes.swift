// What the deployment says about itself: `/`, `/version`, `/instance_version`, `/instance_name`,
// `/api/check_admin_key` (spec/http-api.md 1.1, 3.4).

import HullRuntime
import HullValues

extension RouteTable {
  mutating func addInstanceRoutes(_ backend: Backend) {
    getImmediately("/") { _ throws(BackendError) in
      .text("This Convex deployment is running. See https://docs.convex.dev/.")
    }
    getPlainly("/version") { .text(ServerVersion.text) }
    getImmediately("/instance_version") { _ throws(BackendError) in .text(ServerVersion.text) }
    getImmediately("/instance_name") { _ throws(BackendError) in .text(backend.instance.name) }
    get("/api/check_admin_key") { request throws(BackendError) in
      try await PendingIdentity(request, backend).verified().requireAdmin()
      return .json { writer in
        writer.beginObject()
        writer.key("success")
        writer.bool(true)
        writer.key("allowedOps")
        writer.beginArray()
        for operation in DeploymentOperation.all { writer.string(operation) }
        writer.endArray()
        writer.key("isReadOnly")
        writer.bool(false)
        writer.endObject()
      }
    }
  }
}

/// The version that clients and tools are told.
enum ServerVersion {
  static let text = "unknown"
}

/// What the bearer of an admin key may do: everything, under the reference's names.
enum DeploymentOperation {
  static let all = [
    "Deploy", "ViewEnvironmentVariables", "WriteEnvironmentVariables", "PauseDeployment",
    "UnpauseDeployment", "ViewLogs", "ViewMetrics", "ViewIntegrations", "WriteIntegrations",
    "ViewData", "WriteData", "ViewBackups", "CreateBackups", "DownloadBackups", "DeleteBackups",
    "ImportBackups", "ActAsUser", "RunInternalQueries", "RunInternalMutations",
    "RunInternalActions", "RunTestQuery", "ViewAuditLog", "ViewUsageLimits", "WriteUsageLimits",
    "ViewUsage",
  ]
}
