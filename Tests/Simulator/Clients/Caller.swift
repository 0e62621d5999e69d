// A client that makes single requests, as over HTTP.

import Hull
import HullPersistence
import HullRuntime
import HullValues

/// Asks one thing at a time; what becomes of a request that is not answered it never learns.
///
/// `@unchecked Sendable`: everything happens on the simulation's one thread.
final class Caller: @unchecked Sendable {
  let number: Int
  private unowned let simulation: Simulation
  private var stepsLeft: Int
  /// The request that is under way; nil between two of them.
  private var request: Task<Void, Never>?

  init(_ simulation: Simulation, number: Int, steps: Int) {
    self.simulation = simulation
    self.number = number
    stepsLeft = steps
  }

  private var name: String { "caller \(number)" }

  /// Whether it wants nothing more.
  var isDone: Bool { stepsLeft == 0 && request == nil }

  /// Asks the next thing, and goes on once it is answered.
  func step() {
    guard stepsLeft > 0 else { return }
    guard let backend = simulation.backend else {
      simulation.schedule.after(.milliseconds(30)) { [self] in step() }
      return
    }
    stepsLeft -= 1
    if simulation.chance.below(3) == 0 { ask(backend) } else { mutate(backend) }
  }

  private func next() {
    request = nil
    simulation.schedule.after(simulation.thinking()) { [self] in step() }
  }

  private func ask(_ backend: Backend) {
    let question = simulation.workload.question()
    let seen = simulation.newestSeen
    let newest = backend.latestTimestamp
    if newest < seen {
      simulation.report(Violation("the backend is at \(newest), and \(seen) has been seen"))
    }
    let (path, arguments) = question.call
    let past = simulation.chance.below(4) == 0 ? simulation.someCommit(before: newest) : nil
    run(backend, path, .query, arguments, at: past) { [self] outcome in
      guard case .success(let encoded) = outcome.result, let value = try? encoded.decoded() else {
        throw Violation("\(question) failed for \(name): \(outcome.result)")
      }
      let fact = Observation.Fact.answer(question, value, end: nil)
      if let past {
        simulation.observe(fact, at: past, by: name)
      } else if outcome.timestamp >= newest {
        simulation.see(outcome.timestamp)
        simulation.observe(fact, at: outcome.timestamp, by: name)
      } else {
        // A result from before that still held when it was asked for.
        simulation.observe(fact, from: newest, through: backend.latestTimestamp, by: name)
      }
    }
  }

  private func mutate(_ backend: Backend) {
    let (number, operation) = simulation.begin(.request)
    let (path, arguments) = operation.call(as: number)
    run(backend, path, .mutation, arguments) { [self] outcome in
      switch outcome.result {
      case .success(let encoded):
        simulation.acknowledge(number, try encoded.decoded(), outcome.timestamp)
      case .failure(let failure):
        guard let data = failure.data else {
          throw Violation("\(operation) failed for \(name): \(failure.message)")
        }
        simulation.refuse(number, data, by: name)
      }
    }
  }

  /// Runs a function; `then` is called unless the server is gone or has no answer.
  private func run(
    _ backend: Backend,
    _ path: String,
    _ kind: FunctionKind,
    _ arguments: ConvexObject,
    at timestamp: Timestamp? = nil,
    _ then: @escaping (FunctionOutcome) throws -> Void
  ) {
    let request = FunctionRequest(
      path: path,
      kind: kind,
      arguments: .values([.object(arguments)]),
      requestID: backend.makeRequestID(),
      timestamp: timestamp
    )
    let continuation = Continuation(body: then)
    let generation = simulation.generation
    let task = Task(executorPreference: FunctionExecutor.shared) {
      let result: Result<FunctionOutcome, BackendError>
      do throws(BackendError) {
        result = .success(try await backend.run(request))
      } catch {
        result = .failure(error)
      }
      if self.simulation.generation == generation { self.finish(result, continuation) }
    }
    self.request = task
    if simulation.plan.clientsLeave, simulation.chance.below(4) == 0 {
      // As when the socket closes: the server cancels what nobody waits for.
      simulation.schedule.after(simulation.thinking()) { task.cancel() }
    }
  }

  private struct Continuation: @unchecked Sendable {
    let body: (FunctionOutcome) throws -> Void
  }

  private func finish(
    _ result: Result<FunctionOutcome, BackendError>,
    _ continuation: Continuation
  ) {
    guard request != nil else { return }
    do {
      switch result {
      case .success(let outcome): try continuation.body(outcome)
      // It may have been carried out or not.
      case .failure(let error):
        simulation.note("\(name) has no answer: \(error)")
        if !simulation.plan.explains(error.kind) {
          throw Violation("\(name) has no answer, and nothing went wrong: \(error)")
        }
      }
    } catch let violation as Violation {
      simulation.report(violation)
    } catch {
      simulation.report(Violation("\(name) was answered what it cannot read: \(error)"))
    }
    next()
  }

  /// The server is gone, and with it the answer.
  func serverCrashed() { if request != nil { next() } }
}
