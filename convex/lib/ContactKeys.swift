/// The keys under which a customer's phone and email are found, however they were written down.
enum ContactKeys {
  /// The digits of a phone number, with Indonesia's country code written as the leading zero that
  /// local callers dial: `+62 812-3456-7801` and `081234567801` are one number.
  ///
  /// - Returns: nil when there is no digit, as for the walk-in customer's `-`.
  static func phone(_ phone: String) -> String? {
    let digits = digits(of: phone)
    guard !digits.isEmpty else { return nil }
    return digits.count >= 10 && digits.hasPrefix("62") ? "0" + digits.dropFirst(2) : digits
  }

  /// An email address trimmed and in lower case; nil when blank.
  static func email(_ email: String) -> String? {
    email.nonBlank?.lowercased()
  }

  /// The key that phone numbers starting as `text` does share, while it is being typed.
  ///
  /// `+62` announces a country code before there are enough digits to tell.
  ///
  /// - Returns: nil unless `text` has at least three digits and no letter.
  static func phonePrefix(_ text: String) -> String? {
    let typed = digits(of: text)
    guard typed.count >= 3, !text.contains(where: \.isLetter) else { return nil }
    if text.trimmed.hasPrefix("+62") { return "0" + typed.dropFirst(2) }
    return phone(text)
  }

  /// The key that email addresses starting as `text` does share.
  ///
  /// - Returns: nil unless `text` has a letter or an `@`.
  static func emailPrefix(_ text: String) -> String? {
    guard text.contains(where: { $0.isLetter || $0 == "@" }) else { return nil }
    return email(text)
  }

  private static func digits(of text: String) -> String {
    text.filter { $0.isASCII && $0.isNumber }
  }
}
