// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that nothing it needs reaches the users of Hull.
let package = Package(
  name: "HullBenchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Hull", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CSQLiteBaseline",
      pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
    ),
    .target(name: "BenchmarkSupport", dependencies: ["CSQLiteBaseline"]),
    .target(
      name: "BenchmarkApplication",
      dependencies: [.product(name: "Hull", package: "Hull")]
    ),
    .executableTarget(
      name: "InProcessBenchmarks",
      dependencies: [
        "BenchmarkApplication", "BenchmarkSupport",
        .product(name: "Hull", package: "Hull"),
        .product(name: "HullTesting", package: "Hull"),
      ]
    ),
    .executableTarget(
      name: "BenchmarkServer",
      dependencies: [
        "BenchmarkApplication",
        .product(name: "Hull", package: "Hull"),
        .product(name: "HullCLI", package: "Hull"),
      ]
    ),
    .executableTarget(
      name: "HullBenchmarks",
      dependencies: [
        "BenchmarkSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      resources: [.copy("Resources")]
    ),
  ],
  swiftLanguageModes: [.v6]
)
