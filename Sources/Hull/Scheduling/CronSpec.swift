import HullValues

/// A cron job that can be scheduled: its name, schedule, function and arguments have been checked.
public struct CronSpec: Hashable, Sendable {
  /// The job's name, by which it is the same job after a restart.
  public let name: String
  /// When it runs.
  public let schedule: CronSchedule
  /// The canonical path of the function: `messages:beat`.
  public let path: String
  /// The arguments it is called with.
  public let arguments: ConvexObject

  /// Checks a job.
  ///
  /// - Parameters:
  ///   - job: What an application declares.
  ///   - functions: The application's functions by canonical path.
  /// - Throws: ``HullError`` `.invalidCron` in Convex's words, naming the job and its place.
  init(_ job: CronJob, in functions: [String: FunctionDefinition]) throws(HullError) {
    func problem(_ text: String) -> HullError { .invalidCron("\(text) (at \(job.location))") }
    guard job.name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw problem(
        "Invalid cron identifier \(job.name): use ASCII letters that are not control characters"
      )
    }
    do { try job.schedule.check() } catch {
      throw problem("The cron job '\(job.name)' has no schedule: \(error.message)")
    }
    let path = Self.canonical(job.path)
    guard let function = functions[path] else {
      throw problem(
        "The cron job '\(job.name)' schedules a function that does not exist: \(job.path)"
      )
    }
    guard function.kind != .query else {
      throw problem(
        "The cron job '\(job.name)' schedules a query function, only actions and mutations can be "
          + "scheduled: \(job.path)"
      )
    }
    let arguments: ConvexObject
    do {
      arguments = try job.arguments.get()
      try ConvexValue.object(arguments).checkLimits()
    } catch { throw problem("The cron job '\(job.name)' has invalid args: \(error)") }
    // The size of the array that the arguments are stored in.
    let size = ConvexValue.array([.object(arguments)]).size
    guard size < ValueLimits.maximumDocumentSize else {
      throw problem(
        "The cron job '\(job.name)' cannot be stored: Cron job args too large (\(size) > maximum "
          + "size \(ValueLimits.maximumDocumentSize))"
      )
    }
    name = job.name
    schedule = job.schedule
    self.path = path
    self.arguments = arguments
  }

  /// The path a function is registered under: without the module's extension, and with the name of a
  /// default export.
  private static func canonical(_ path: String) -> String {
    let parts = path.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let module = parts.first else { return path }
    let name = parts.count > 1 ? parts[1] : "default"
    let fileExtension = [".js", ".ts", ".tsx", ".swift"].first { module.hasSuffix($0) } ?? ""
    return "\(module.dropLast(fileExtension.count)):\(name)"
  }

  /// Checks the jobs of an application.
  ///
  /// - Parameters:
  ///   - jobs: What it declares.
  ///   - functions: Its functions by canonical path.
  /// - Returns: The same jobs in the same order.
  /// - Throws: ``HullError`` `.invalidCron` in Convex's words, naming the job and its place.
  static func check(
    _ jobs: [CronJob],
    in functions: [String: FunctionDefinition]
  ) throws(HullError) -> [CronSpec] {
    var places: [String: SourceLocation] = [:]
    var specs: [CronSpec] = []
    for job in jobs {
      if let first = places.updateValue(job.location, forKey: job.name) {
        throw .invalidCron(
          "Cron identifier registered twice: \(job.name) (at \(first) and at \(job.location))"
        )
      }
      specs.append(try CronSpec(job, in: functions))
    }
    return specs
  }
}

// The stored form is that of Convex's `_cron_jobs`.
extension CronSpec {
  /// The field `cronSpec` of the job's row: `{udfPath: "messages.js:beat", udfArgs, cronSchedule}`,
  /// where `udfArgs` are the bytes of the JSON array with the arguments.
  package var value: ConvexObject {
    let (module, name) = parts
    return [
      "udfPath": .string("\(module).js:\(name)"),
      "udfArgs": .bytes(EncodedValue(.array([.object(arguments)])).bytes),
      "cronSchedule": .object(schedule.value),
    ]
  }

  /// Reads the stored form.
  ///
  /// - Parameters:
  ///   - name: The job's name.
  ///   - value: What ``value`` makes.
  /// - Throws: ``ValueDecodingError`` that names the field, `JSONParseError` for arguments that are
  ///   not JSON, and ``HullError`` `.invalidCron` for a schedule that is none.
  package init(name: String, value: ConvexObject) throws {
    guard let schedule = value["cronSchedule"]?.object else {
      throw ValueDecodingError(expected: "an object", found: value["cronSchedule"])
        .inside(".cronSchedule")
    }
    guard let bytes = value["udfArgs"]?.bytes else {
      throw ValueDecodingError(expected: "bytes", found: value["udfArgs"]).inside(".udfArgs")
    }
    let list = try EncodedValue(canonical: bytes).decoded()
    guard let list = list.array, list.count == 1, let arguments = list[0].object else {
      throw ValueDecodingError(expected: "an array of one object", found: list).inside(".udfArgs")
    }
    self.name = name
    self.schedule = try CronSchedule(value: schedule)
    path = Self.canonical(try decodeField(value["udfPath"], named: "udfPath"))
    self.arguments = arguments
  }

  private var parts: (module: Substring, name: Substring) {
    let colon = path.lastIndex(of: ":") ?? path.endIndex
    return (path[..<colon], path[colon...].dropFirst())
  }
}
