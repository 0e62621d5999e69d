// The `main` of every application: its binary is the backend and its own command line.

import ArgumentParser
public import Hull

extension HullApplication {
  /// Runs the command line of this application; `@main` on the application's type calls it.
  ///
  /// Concurrent, because a main function that stays on its caller's actor is not accepted as one.
  @concurrent public static func main() async {
    await ApplicationCommand<Self>.main()
  }
}

/// The command that an application's binary is.
struct ApplicationCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: App.name.lowercased(),
      abstract: "The \(App.name) backend, and the commands to work with it.",
      discussion: "Without a command it serves.",
      subcommands: [
        ServeCommand<App>.self, RunCommand<App>.self, AdminKeyCommand<App>.self,
        FunctionsCommand<App>.self, EnvironmentCommand<App>.self,
      ],
      defaultSubcommand: ServeCommand<App>.self
    )
  }
}
