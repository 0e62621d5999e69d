// swift-tools-version: 6.2

import CompilerPluginSupport
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "Hull",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "petshop", targets: ["PetShop"]),
    .library(name: "Hull", targets: ["Hull"]),
    .library(name: "HullCLI", targets: ["HullCLI"]),
    .library(name: "HullTesting", targets: ["HullTesting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    // Layers, lowest first: a target imports only targets above it in this list.
    .systemLibrary(
      name: "CSQLite",
      pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
    ),
    .systemLibrary(name: "CPrefetch"),
    .target(name: "HullValues", swiftSettings: settings),
    .target(
      name: "HullPersistence",
      dependencies: [
        "HullValues", "CSQLite",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "HullDatabase",
      dependencies: [
        "HullValues", "HullPersistence", "CPrefetch",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "HullMacroExpansion",
      dependencies: [
        .product(name: "SwiftDiagnostics", package: "swift-syntax"),
        .product(name: "SwiftSyntax", package: "swift-syntax"),
        .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
      ],
      swiftSettings: settings
    ),
    .macro(
      name: "HullMacros",
      dependencies: [
        "HullMacroExpansion",
        .product(name: "SwiftCompilerPlugin", package: "swift-syntax"),
        .product(name: "SwiftSyntax", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
      ],
      swiftSettings: settings
    ),
    .target(name: "Hull", dependencies: ["HullValues", "HullMacros"], swiftSettings: settings),
    .target(
      name: "HullRuntime",
      dependencies: [
        "HullValues", "HullPersistence", "HullDatabase", "Hull",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "HullSync",
      dependencies: ["HullValues", "HullPersistence", "HullDatabase", "Hull", "HullRuntime"],
      swiftSettings: settings
    ),
    .target(
      name: "HullServer",
      dependencies: [
        "HullValues", "HullPersistence", "Hull", "HullRuntime", "HullSync",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "HullCLI",
      dependencies: [
        "HullValues", "HullPersistence", "HullDatabase", "Hull", "HullRuntime", "HullSync",
        "HullServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "HullTesting",
      dependencies: [
        "HullValues", "HullPersistence", "HullDatabase", "Hull", "HullRuntime", "HullSync",
      ],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "PetShop",
      dependencies: ["Hull", "HullCLI"],
      path: "convex",
      swiftSettings: settings
    ),

    .target(
      name: "HullTestSupport",
      dependencies: [
        "HullValues",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "JWTKit", package: "jwt-kit"),
      ],
      path: "Tests/HullTestSupport",
      swiftSettings: settings
    ),
    .target(name: "TestRandomness", path: "Tests/TestRandomness", swiftSettings: settings),
    .target(
      name: "FaultyDisk",
      dependencies: ["CSQLite", "TestRandomness"],
      path: "Tests/FaultyDisk",
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullValuesTests",
      dependencies: ["HullValues", "TestRandomness"],
      resources: [.copy("Vectors")],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullPersistenceTests",
      dependencies: ["HullPersistence", "HullValues", "CSQLite", "FaultyDisk", "TestRandomness"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullDatabaseTests",
      dependencies: [
        "HullDatabase", "HullPersistence", "HullValues", "FaultyDisk", "TestRandomness",
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullTests",
      dependencies: ["Hull", "HullValues", "TestRandomness"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullMacrosTests",
      dependencies: [
        "HullMacroExpansion",
        .product(name: "SwiftSyntax", package: "swift-syntax"),
        .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacroExpansion", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacrosGenericTestSupport", package: "swift-syntax"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullRuntimeTests",
      dependencies: [
        "HullRuntime", "HullDatabase", "HullPersistence", "Hull", "HullValues", "HullTestSupport",
        "TestRandomness",
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullSyncTests",
      dependencies: [
        "HullSync", "HullTesting", "HullRuntime", "HullDatabase", "HullPersistence", "Hull",
        "HullValues", "HullTestSupport", "TestRandomness",
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullServerTests",
      dependencies: [
        "HullServer", "HullSync", "HullRuntime", "HullDatabase", "HullPersistence", "Hull",
        "HullValues", "HullTestSupport",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullCLITests",
      dependencies: [
        "HullCLI", "HullServer", "HullRuntime", "HullDatabase", "HullPersistence", "Hull",
        "HullValues",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HullTestingTests",
      dependencies: ["HullTesting", "Hull", "HullValues"],
      exclude: ["Checklist/README.md"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "PetShopTests",
      dependencies: ["PetShop", "HullTesting", "Hull", "HullValues", "TestRandomness"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "ConformanceApp",
      dependencies: ["Hull", "HullCLI"],
      path: "Tests/ConformanceApp",
      swiftSettings: settings
    ),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["ConformanceApp", "HullSimulator", "PetShop", "TestRandomness"],
      resources: [.copy("Clients")],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "HullSimulator",
      dependencies: [
        "HullTesting", "HullSync", "HullRuntime", "HullDatabase", "HullPersistence", "Hull",
        "HullValues",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Simulator",
      swiftSettings: settings
    ),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "HullServer", "HullSync", "HullRuntime", "HullDatabase", "HullPersistence", "Hull",
        "HullValues",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Tests/FuzzTargets",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "HullFuzzer",
      dependencies: ["FuzzTargets"],
      path: "Tests/HullFuzzer",
      swiftSettings: settings
    ),
    .testTarget(
      name: "FuzzTests",
      dependencies: ["FuzzTargets", "TestRandomness"],
      swiftSettings: settings
    ),
    .testTarget(name: "TidyTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
