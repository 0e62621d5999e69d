import Testing

@testable import PetShop

@Suite struct ContactKeysTests {
  @Test(arguments: [
    ("081234567801", "081234567801"), ("+62 812-3456-7801", "081234567801"),
    ("6281234567801", "081234567801"), ("62812", "62812"), ("(021) 555", "021555"),
    ("-", nil), ("", nil),
  ])
  func `a phone number is its digits with the country code as a zero`(phone: String, key: String?) {
    #expect(ContactKeys.phone(phone) == key)
  }

  @Test(arguments: [
    ("0812", "0812"), ("+62 812", "0812"), ("12", nil), ("0812a", nil),
    ("+6281234567", "081234567"),
  ])
  func `a phone prefix needs three digits and no letter`(text: String, key: String?) {
    #expect(ContactKeys.phonePrefix(text) == key)
  }

  @Test(arguments: [
    (" Budi@Example.COM ", "budi@example.com"), ("@", "@"), ("0812", nil),
  ])
  func `an email prefix needs a letter or an at sign`(text: String, key: String?) {
    #expect(ContactKeys.emailPrefix(text) == key)
  }

  @Test func `a blank email has no key`() {
    #expect(ContactKeys.email("  ") == nil)
  }
}
