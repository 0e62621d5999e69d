extension FuzzTarget {
  /// What the clients say in the transcripts of spec/sync-protocol.md 13, in order.
  static let transcripts = [
    // 13.1: connect, subscribe, mutate.
    """
    {"connectionCount":0,"lastCloseReason":"InitialConnect","clientTs":1756000000988,\
    "type":"Connect","sessionId":"7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11"}
    """,
    """
    {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add",\
    "queryId":0,"udfPath":"messages:list","args":[{}]}]}
    """,
    #"{"type":"Mutation","requestId":0,"udfPath":"messages:send","args":[{"body":"hi"}]}"#,
    #"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[]}"#,
    // 13.2: a token that is refused, another, and one that expires.
    #"{"type":"Authenticate","baseVersion":0,"tokenType":"User","value":"eyJhbGciOiJSUzI1NiJ9.e30.AA"}"#,
    """
    {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add",\
    "queryId":0,"udfPath":"me:get","args":[{}]}]}
    """,
    """
    {"connectionCount":1,"lastCloseReason":null,"clientTs":1756000002988,"type":"Connect",\
    "sessionId":"7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11"}
    """,
    #"{"type":"Mutation","requestId":9,"udfPath":"messages:send","args":[{"body":"late"}]}"#,
    // 13.3: a mutation whose answer was lost is sent again.
    """
    {"connectionCount":1,"lastCloseReason":"closed with code 1006","clientTs":1756000004900,\
    "type":"Connect","sessionId":"7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11",\
    "maxObservedTimestamp":"AF5m9LKQXhg="}
    """,
    """
    {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add",\
    "queryId":0,"udfPath":"messages:list","args":[{}],"journal":null},{"type":"Add","queryId":2,\
    "udfPath":"users:me","args":[{}],"journal":null}]}
    """,
    #"{"type":"Mutation","requestId":5,"udfPath":"messages:send","args":[{"body":"once"}]}"#,
    // 13.4: pages, and their journals when they are subscribed to anew.
    """
    {"type":"ModifyQuerySet","baseVersion":1,"newVersion":2,"modifications":[{"type":"Add",\
    "queryId":1,"udfPath":"messages:page","args":[{"paginationOpts":{"cursor":null,"id":1,\
    "numItems":2}}]}]}
    """,
    """
    {"type":"ModifyQuerySet","baseVersion":2,"newVersion":3,"modifications":[{"type":"Add",\
    "queryId":2,"udfPath":"messages:page","args":[{"paginationOpts":{"cursor":"CUR_B","id":1,\
    "numItems":2}}]}]}
    """,
    """
    {"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add",\
    "queryId":1,"udfPath":"messages:page","args":[{"paginationOpts":{"cursor":null,"id":1,\
    "numItems":2}}],"journal":"J_endB"},{"type":"Add","queryId":2,"udfPath":"messages:page",\
    "args":[{"paginationOpts":{"cursor":"CUR_B","id":1,"numItems":2}}],"journal":"J_endD"}]}
    """,
  ]
}
