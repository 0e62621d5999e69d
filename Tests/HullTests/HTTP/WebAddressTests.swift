import Testing

@testable import Hull

@Suite struct WebAddressTests {
  // RFC 3986 section 5.4, as far as it is about URLs of http; fragments are dropped.
  @Test(arguments: [
    ("g:h", nil),
    ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"),
    ("/g", "http://a/g"), ("//g", "http://g"), ("?y", "http://a/b/c/d;p?y"),
    ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q"), ("g#s", "http://a/b/c/g"),
    ("g?y#s", "http://a/b/c/g?y"), (";x", "http://a/b/c/;x"), ("g;x", "http://a/b/c/g;x"),
    ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("./", "http://a/b/c/"),
    ("..", "http://a/b/"), ("../", "http://a/b/"), ("../g", "http://a/b/g"),
    ("../..", "http://a/"), ("../../g", "http://a/g"), ("../../../g", "http://a/g"),
    ("/./g", "http://a/g"), ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."),
    ("..g", "http://a/b/c/..g"), ("./g/.", "http://a/b/c/g/"), ("g/../h", "http://a/b/c/h"),
    ("g?y/../x", "http://a/b/c/g?y/../x"), ("g;x=1/../y", "http://a/b/c/y"),
    ("https://h:1/x", "https://h:1/x"), ("mailto:a@b", nil), ("//u@h/", nil),
    ("caf\u{e9} x", "http://a/b/c/caf%C3%A9%20x"), ("a:b", nil), ("./a:b", "http://a/b/c/a:b"),
  ])
  func `a redirect leads where RFC 3986 says`(location: String, url: String?) throws {
    let base = try #require(WebAddress("http://a/b/c/d;p?q"))
    #expect(base.following(location)?.text == url)
  }

  @Test func `a URL without a path has one to begin with`() throws {
    let base = try #require(WebAddress("https://h"))
    #expect(base.following("g")?.text == "https://h/g")
    #expect(base.following("?y")?.text == "https://h?y")
  }

  @Test func `an origin is scheme, host and port`() throws {
    let address = try #require(WebAddress("https://H.example/x"))
    func hasOrigin(of text: String) -> Bool? { WebAddress(text).map(address.hasOrigin) }
    #expect(hasOrigin(of: "https://h.example:443/y") == true)
    #expect(hasOrigin(of: "https://h.example:8443/") == false)
    #expect(hasOrigin(of: "http://h.example:443/") == false)
    #expect(hasOrigin(of: "https://h2.example/") == false)
    #expect(WebAddress("http://[::1]:81/")?.port == 81)
    #expect(WebAddress("http://[::1]/")?.port == 80)
  }

  @Test(arguments: [
    ("h", true), ("h.example:80", true), ("[::1]", true), ("[::1]:1", true), ("", false),
    ("h/", false), ("h?", false), ("h#", false), ("u@h", false), ("h:", false), ("h:0", false),
    ("h i", false), ("h\\i", false),
  ])
  func `an authority is a host and perhaps a port`(text: String, isOne: Bool) {
    #expect(WebAddress.isAuthority(text) == isOne)
  }
}
