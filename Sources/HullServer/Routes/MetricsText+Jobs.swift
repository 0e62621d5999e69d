// What `/metrics` says of scheduled functions.

import HullRuntime

extension MetricsText {
  static func renderJobs(of backend: Backend) -> String {
    let jobs = backend.jobCounters
    return """
      # HELP hull_scheduled_functions_total Scheduled functions that ended since the start.
      # TYPE hull_scheduled_functions_total counter
      hull_scheduled_functions_total{outcome="success"} \(jobs.succeeded)
      hull_scheduled_functions_total{outcome="failed"} \(jobs.failed)
      # HELP hull_scheduled_function_retries_total Times one was put off for a fault of the server.
      # TYPE hull_scheduled_function_retries_total counter
      hull_scheduled_function_retries_total \(jobs.retries)
      # HELP hull_scheduled_functions_running Scheduled functions that run now.
      # TYPE hull_scheduled_functions_running gauge
      hull_scheduled_functions_running \(jobs.running)
      # HELP hull_scheduled_function_lag_seconds How late the one is that waits longest.
      # TYPE hull_scheduled_function_lag_seconds gauge
      hull_scheduled_function_lag_seconds \(jobs.lag)

      """
  }
}
