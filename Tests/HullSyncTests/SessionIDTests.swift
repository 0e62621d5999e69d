// The names of sessions.

import HullRuntime
import Testing

@Suite struct SessionIDTests {
  @Test func `a session id is read and written in the usual form of a UUID`() throws {
    let text = "7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11"
    let id = try #require(SessionID(text))
    #expect(id == SessionID(high: 0x7b5f_7c1e_6a0d_4b7e, low: 0x9a53_0c3f_6f1f_2d11))
    #expect(id.description == text)
    #expect(SessionID(text.uppercased()) == id)
  }

  @Test(arguments: [
    "", "7b5f7c1e6a0d4b7e9a530c3f6f1f2d11", "7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d1",
    "7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d111", "7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d1g",
    "{7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11}", "7b5f7c1e-6a0d-4b7e-9a530-c3f6f1f2d11",
  ])
  func `anything else is no session id`(text: String) {
    #expect(SessionID(text) == nil)
  }
}
