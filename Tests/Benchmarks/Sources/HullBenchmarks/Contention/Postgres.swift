// A PostgreSQL of the run's own, for the transfers.

import BenchmarkSupport
import Foundation

/// A PostgreSQL cluster on a socket in a directory of the run, as installed, with its durability at
/// the default: every commit is synced.
struct Postgres {
  private let folder: URL
  private let programs: URL
  private let accounts: Int
  private let seconds: Double
  private let prefix: [String]
  private var server: BackgroundProcess?

  /// Starts a cluster with accounts in it.
  ///
  /// - Returns: The cluster; nil, with a line in the table that says why, if there is none to be had.
  static func started(for run: BenchmarkRun, accounts: Int) -> Postgres? {
    do {
      run.report.progress("PostgreSQL, \(accounts) accounts")
      return try Postgres(run, accounts: accounts)
    } catch {
      run.report.omit("PostgreSQL: \(error)")
      return nil
    }
  }

  private init(_ run: BenchmarkRun, accounts: Int) throws {
    folder = try run.folder("postgres")
    self.accounts = accounts
    seconds = run.options.seconds
    programs = try Self.findPrograms()
    // The server refuses to run as root.
    if geteuid() == 0 {
      let user = (try? Tool.run(named: "id", ["-u", "postgres"])) == nil ? "nobody" : "postgres"
      let group = try Tool.run(named: "id", ["-g", user])
        .trimmingCharacters(in: .whitespacesAndNewlines)
      prefix = ["setpriv", "--reuid", user, "--regid", group, "--clear-groups"]
      _ = try Tool.run(named: "chown", [user, folder.path])
    } else {
      prefix = []
    }
    try command("initdb", ["-D", data, "-A", "trust", "-U", "bench", "--no-instructions"])
    // Not by `pg_ctl`: a server in the background would outlive this program.
    server = try BackgroundProcess.start(
      URL(filePath: "/usr/bin/env"),
      prefix + [
        programs.appending(path: "postgres").path, "-D", data, "-c", "listen_addresses=", "-c",
        "unix_socket_directories=\(folder.path)",
      ],
      printsToError: true,
      announcement: "ready to accept connections"
    )
    try sql(Self.schema(accounts: accounts))
  }

  private var data: String { folder.appending(path: "data").path }

  /// Transfers per second of 50 clients.
  ///
  /// - Parameter exponent: Of Zipf's law; nil draws evenly.
  /// - Returns: Transfers per second.
  /// - Throws: If one failed, or the balances no longer add up.
  func transfers(_ exponent: Double?) throws -> Double {
    let draw =
      exponent.map { "random_zipfian(1, \(accounts), \($0))" } ?? "random(1, \(accounts))"
    let script = folder.appending(path: "transfer.sql")
    try "\\set a \(draw)\n\\set b \(draw)\ncall transfer(:a, :b, 1);\n"
      .write(to: script, atomically: true, encoding: .utf8)
    // Counted rather than timed, since the time that pgbench takes itself needs an alarm signal,
    // which children of this program may not get. The first ones warm up and say how many to do.
    let first = try rate(of: script, each: 20)
    let rate = try rate(of: script, each: max(20, Int(first * seconds * 2) / Self.clients))
    try sql("select 1 / (sum(balance) = \(accounts)::bigint * 1000000)::int from accounts")
    return rate
  }

  private static let clients = 50

  /// Runs a script so many times in every client.
  private func rate(of script: URL, each count: Int) throws -> Double {
    let output = try command(
      "pgbench",
      [
        "-h", folder.path, "-U", "bench", "-n", "-M", "prepared", "-c", "\(Self.clients)",
        "-j", "1", "-t", "\(count)", "-f", script.path, "postgres",
      ]
    )
    let line = output.split(separator: "\n").first { $0.hasPrefix("tps = ") }
    guard let rate = line?.dropFirst(6).split(separator: " ").first.flatMap({ Double($0) }) else {
      throw BenchmarkFailure("pgbench printed no rate")
    }
    return rate
  }

  func stop() { server?.stop() }

  /// A table of accounts and a procedure that locks two of them in one order, so that transfers do
  /// not end in deadlocks.
  private static func schema(accounts: Int) -> String {
    """
    create table accounts (number bigint primary key, balance bigint not null);
    insert into accounts select number, 1000000 from generate_series(1, \(accounts)) number;
    create procedure transfer(a bigint, b bigint, amount bigint) language plpgsql as $$
    begin
      if a = b then return; end if;
      perform 1 from accounts where number in (a, b) order by number for update;
      update accounts set balance = balance - amount where number = a;
      update accounts set balance = balance + amount where number = b;
    end $$;
    vacuum analyze accounts;
    """
  }

  private func sql(_ text: String) throws {
    let script = folder.appending(path: "script.sql")
    try text.write(to: script, atomically: true, encoding: .utf8)
    try command(
      "psql",
      [
        "-h", folder.path, "-U", "bench", "-q", "-v", "ON_ERROR_STOP=1", "-f", script.path,
        "postgres",
      ]
    )
  }

  @discardableResult
  private func command(_ name: String, _ arguments: [String]) throws -> String {
    try Tool.run(
      URL(filePath: "/usr/bin/env"),
      prefix + [programs.appending(path: name).path] + arguments
    )
  }

  /// Where `initdb` is: on the path, or where Debian has the newest version.
  private static func findPrograms() throws -> URL {
    let manager = FileManager.default
    let versions = (try? manager.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    let debian = versions.sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }
      .map { URL(filePath: "/usr/lib/postgresql/\($0)/bin") }
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { URL(filePath: String($0)) }
    let found = (debian + path).first { folder in
      ["initdb", "postgres", "pgbench", "psql"].allSatisfy {
        manager.isExecutableFile(atPath: folder.appending(path: $0).path)
      }
    }
    guard let found else { throw BenchmarkFailure("initdb and pgbench are not installed") }
    return found
  }
}
