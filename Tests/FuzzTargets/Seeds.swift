package import Foundation

extension FuzzTarget {
  /// Inputs written for the target; none where the vectors are what it reads.
  package var ownSeeds: [[UInt8]] { own.map { Array($0.utf8) } }

  /// Inputs to begin with: what the conformance vectors hold, and those written for the target.
  ///
  /// - Parameter vectors: The folder with the vectors.
  /// - Returns: The inputs, in an order that does not change.
  /// - Throws: What reading the folder throws.
  package func seeds(from vectors: URL) throws -> [[UInt8]] {
    var seeds = ownSeeds
    var known = Set(seeds)
    func add(_ seed: [UInt8]) {
      if (1...Self.maximumSeedBytes).contains(seed.count), known.insert(seed).inserted {
        seeds.append(seed)
      }
    }
    func walk(_ json: Any) throws {
      if let text = json as? String { add(Array(text.utf8)) }
      guard json is [Any] || json is [String: Any] else { return }
      add(Array(try JSONSerialization.data(withJSONObject: json, options: .sortedKeys)))
      for element in json as? [Any] ?? [] { try walk(element) }
      for (_, member) in (json as? [String: Any] ?? [:]).sorted(by: { $0.key < $1.key }) {
        try walk(member)
      }
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: vectors.path).sorted()
    for file in files where file.hasSuffix(".json") {
      let text = try Data(contentsOf: vectors.appending(path: file))
      try walk(JSONSerialization.jsonObject(with: text))
    }
    return seeds
  }

  private static let maximumSeedBytes = 1024

  private var own: [String] {
    switch self {
    case .json, .ids, .cursors: []
    case .keys: [#"[1,2]"#, #"["a","a\u0000"]"#, #"[{"a":1},{"a":1,"b":[]}]"#, #"[[],[null]]"#]
    case .paths:
      [
        "messages:list", "a/b.js:default", "foo/bar:baz", "a.b.c", "_id", "*/5 1-3 L-3W JAN MON#2",
        "15 7 * * MON-FRI", "http://h/api/query?path=a%3Ab&args=%7B%7D", "/http/x%ff?a=+b",
      ]
    case .validators:
      [
        #"{"validator":{"type":"array","value":{"type":"string"}},"value":["a"]}"#,
        #"{"$and":[{"$eq":[{"$field":"a.b"},{"$literal":1}]},{"$not":{"$literal":null}}]}"#,
        #"{"validator":{"type":"literal","value":1},"other":{"type":"number"},"value":1}"#,
        #"{"validator":{"type":"boolean"},"other":{"type":"any"},"value":true}"#,
        """
        {"validator":{"type":"bigint"},"other":{"type":"commitTs"},\
        "value":{"$integer":"AQAAAAAAAAA="}}
        """,
        """
        {"validator":{"type":"object","value":{"a":{"fieldType":{"type":"string"},"optional":true}}},\
        "other":{"type":"object","value":{"a":{"fieldType":{"type":"any"},"optional":true},\
        "b":{"fieldType":{"type":"null"},"optional":true}}},"value":{"a":"x"}}
        """,
        """
        {"validator":{"type":"record","keys":{"type":"string"},"values":{"fieldType":\
        {"type":"boolean"},"optional":false}},"other":{"type":"any"},"value":{"a":true}}
        """,
        """
        {"validator":{"type":"union","value":[{"type":"null"},{"type":"literal","value":"a"}]},\
        "other":{"type":"union","value":[{"type":"string"},{"type":"null"}]},"value":"a"}
        """,
        """
        {"validator":{"type":"array","value":{"type":"id","tableName":"a"}},\
        "other":{"type":"array","value":{"type":"string"}},"value":[]}
        """,
      ]
    case .messages:
      [
        """
        {"type":"Connect","sessionId":"7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11","connectionCount":0,\
        "lastCloseReason":"InitialConnect","maxObservedTimestamp":"AMowfbKQXhg=","clientTs":17560}
        """,
        """
        {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add",\
        "queryId":0,"udfPath":"a:b","args":[{"x":{"$integer":"AQAAAAAAAAA="}}],"journal":null},\
        {"type":"Remove","queryId":3}]}
        """,
        #"{"type":"Mutation","requestId":7,"udfPath":"messages:send","args":[{"body":"hé😀"}]}"#,
        #"{"type":"Action","requestId":8,"udfPath":"messages:send","args":[{}]}"#,
        #"{"type":"Authenticate","baseVersion":0,"tokenType":"Admin","value":"k","acting_as":{}}"#,
        #"{"type":"Authenticate","baseVersion":0,"tokenType":"None"}"#,
        #"{"type":"Event","eventType":"ClientConnect","event":[{"startTime":12.3e-4}]}"#,
      ] + Self.transcripts
    case .requests:
      [
        "POST\t/api/query\n{\"path\":\"values:echo\",\"args\":{\"value\":1},\"format\":\"json\"}",
        "POST\t/api/query\n{\"path\":\"values:count\",\"args\":{\"a\":1,\"b\":[\"x\"]}}",
        "POST\t/api/mutation\n{\"path\":\"values:refuse\",\"args\":{\"data\":{\"a\":[1]}}}",
        "POST\t/api/action\tConvex-Client:npm-1.17.0\n{\"path\":\"values:echoed\",\"args\":[{}]}",
        "POST\t/api/function\tAuthorization:Convex a|b\n{\"path\":\"a:b\",\"args\":{}}",
        "POST\t/api/query_batch\n{\"queries\":[{\"path\":\"values:echo\",\"args\":{\"value\":1}}]}",
        "POST\t/api/query_ts\n",
        """
        POST\t/api/query_at_ts
        {"path":"values:echo","args":{"value":1},"ts":"AMowfbKQXhg=","format":"json"}
        """,
        "POST\t/api/run/values/echo\n{\"args\":{\"value\":1}}",
        "GET\t/api/query?path=values:echo&args=%7B%22value%22%3A1%7D&format=json\n",
        "GET\t/version\n", "GET\t/instance_name\n", "OPTIONS\t/api/query\tOrigin:http://a\n",
        "GET\t/api/storage/7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11\tRange:bytes=0-1\n",
        "POST\t/api/update_environment_variables\tAuthorization:Bearer x\n{\"changes\":[]}",
      ]
    }
  }
}
