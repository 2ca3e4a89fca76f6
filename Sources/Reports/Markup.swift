/// Text with the special characters of HTML and XML escaped.
func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    // Control characters are not allowed in XML.
    case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Text in which pieces between backquotes are code; everything else is escaped.
func escapedWithCode(_ text: String) -> String {
  let pieces = text.split(separator: "`", omittingEmptySubsequences: false)
  guard pieces.count % 2 == 1 else { return escaped(text) }
  return pieces.enumerated().map { place, piece in
    place % 2 == 0 ? escaped(String(piece)) : "<code>\(escaped(String(piece)))</code>"
  }.joined()
}

/// A pixel coordinate, to a tenth.
func pixel(_ value: Double) -> String {
  let scaled = Int((value * 10).rounded())
  if scaled % 10 == 0 { return String(scaled / 10) }
  return "\(scaled < 0 ? "-" : "")\(abs(scaled) / 10).\(abs(scaled) % 10)"
}

/// An element with attributes in the given order; the content is markup already.
func element(
  _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: String = ""
) -> String {
  let list = attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined()
  return content.isEmpty && name != "g" && name != "script"
    ? "<\(name)\(list)/>" : "<\(name)\(list)>\(content)</\(name)>"
}
