/// Sizes in bytes as error texts print them.
public enum SizeText {
  /// The size in the largest binary unit below it.
  ///
  /// - Parameter bytes: The size; not negative.
  /// - Returns: For example `1023 B`, `1 KiB`, `1.50 KiB` or `16 MiB`.
  public static func binary(_ bytes: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var unit = 0
    var scale = 1
    while bytes / scale >= 1024 {
      scale *= 1024
      unit += 1
    }
    if bytes % scale == 0 { return "\(bytes / scale) \(units[unit])" }
    return "\(hundredths(bytes, scale)) \(units[unit])"
  }

  /// The size in the first of GiB, GB, MiB, MB, KiB, KB that gives at most one decimal.
  ///
  /// - Parameter bytes: The size; not negative.
  /// - Returns: For example `16 MiB`, `4.5 MiB`, `1 MB` or `1534 bytes`.
  public static func exact(_ bytes: Int) -> String {
    let units = [
      (1 << 30, "GiB"), (1_000_000_000, "GB"), (1 << 20, "MiB"), (1_000_000, "MB"),
      (1 << 10, "KiB"), (1000, "KB"),
    ]
    for (scale, unit) in units where bytes >= scale {
      if bytes % scale == 0 { return "\(bytes / scale) \(unit)" }
      if bytes * 10 % scale == 0 {
        return "\(bytes / scale).\(bytes * 10 / scale % 10) \(unit)"
      }
    }
    return "\(bytes) bytes"
  }

  /// `bytes / scale` with two decimals, rounded to nearest, ties to even.
  private static func hundredths(_ bytes: Int, _ scale: Int) -> String {
    let whole = bytes / scale
    let (high, low) = (bytes % scale).multipliedFullWidth(by: 100)
    var (hundredths, rest) = scale.dividingFullWidth((high, low))
    if rest * 2 > scale || (rest * 2 == scale && hundredths % 2 == 1) { hundredths += 1 }
    rest = whole + hundredths / 100
    hundredths %= 100
    return "\(rest).\(hundredths < 10 ? "0" : "")\(hundredths)"
  }
}
