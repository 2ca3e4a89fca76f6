/// A word of a text of equations.
enum EquationToken: Equatable {
  case number(Double)
  case name(String)
  /// An operator, a parenthesis, `'`, `..` or a relation.
  case symbol(String)
  case endOfLine

  /// How an error message quotes it.
  var quoted: String {
    switch self {
    case .number(let value): "the number \(value)"
    case .name(let name): "'\(name)'"
    case .symbol(let symbol): "'\(symbol)'"
    case .endOfLine: "the end of the line"
    }
  }
}

/// Cuts a text of equations into tokens with their places, and sets comments aside.
///
/// Line ends inside parentheses are no tokens, so that a long formula may be broken there.
struct EquationLexer {
  typealias Position = EquationError.Position

  private(set) var tokens: [(token: EquationToken, position: Position)] = []
  /// Text after `#`, by line.
  private(set) var comments: [Int: String] = [:]

  private let characters: [Character]
  private let source: String
  private var place = 0
  private var position = Position(line: 1, column: 1)
  /// Where parentheses are open.
  private var open: [Position] = []

  init(_ text: String, source: String) throws(EquationError) {
    characters = Array(text)
    self.source = source
    while let character = peek() { try scan(character) }
    if let first = open.first {
      throw EquationError(source: source, position: first, reason: .unclosedParenthesis)
    }
    tokens.append((.endOfLine, position))
  }

  private func peek(_ offset: Int = 0) -> Character? {
    place + offset < characters.count ? characters[place + offset] : nil
  }

  private mutating func advance() {
    if characters[place].isNewline {
      position = Position(line: position.line + 1, column: 1)
    } else {
      position.column += 1
    }
    place += 1
  }

  private mutating func take(while condition: (Character) -> Bool) -> String {
    let start = place
    while let next = peek(), condition(next) { advance() }
    return String(characters[start..<place])
  }

  private mutating func scan(_ character: Character) throws(EquationError) {
    let start = position
    if character.isNewline {
      advance()
      if open.isEmpty { tokens.append((.endOfLine, start)) }
    } else if character.isWhitespace {
      advance()
    } else if character == "#" {
      advance()
      comments[start.line] = trimmed(take { !$0.isNewline })
    } else if isDigit(character) || (character == "." && peek(1).map(isDigit) == true) {
      tokens.append((.number(try number()), start))
    } else if character.isLetter || character == "_" {
      let name = take(while: isPartOfName)
      tokens.append((.name(name), start))
      if peek() == ".", peek(1) != "." { throw foreign("\(name).", .dottedName) }
    } else if character == ";", open.isEmpty {
      advance()
      tokens.append((.endOfLine, start))
    } else {
      tokens.append((.symbol(try symbol(character)), start))
    }
  }

  private mutating func number() throws(EquationError) -> Double {
    let start = position
    var text = take(while: isDigit)
    // The dots of `0..5` do not belong to the number.
    if peek() == ".", peek(1) != "." {
      advance()
      text += "." + take(while: isDigit)
    }
    if let mark = peek(), mark == "e" || mark == "E" {
      let sign = peek(1) == "+" || peek(1) == "-"
      if peek(sign ? 2 : 1).map(isDigit) == true {
        text += "e"
        advance()
        if sign {
          text.append(characters[place])
          advance()
        }
        text += take(while: isDigit)
      }
    }
    guard let value = Double(text), value.isFinite else {
      throw EquationError(source: source, position: start, reason: .malformedNumber(text))
    }
    return value
  }

  private mutating func symbol(_ character: Character) throws(EquationError) -> String {
    let start = position
    advance()
    switch character {
    case "(":
      open.append(start)
      return "("
    case ")":
      _ = open.popLast()
      return ")"
    case "+", "^", ",", "-", "?", ":", "~": return String(character)
    case "−", "–": return "-"
    case "·", "×", "⋅", "∙": return "*"
    case "'", "’", "′": return "'"
    case "≥": return ">="
    case "≤": return "<="
    case "≠": return "!="
    case "*": return takes("*") ? "^" : "*"
    case "/":
      if peek() == "/" { throw foreign("//", .doubleSlash, at: start) }
      return "/"
    case ">", "<", "=", "!": return String(character) + (takes("=") ? "=" : "")
    case "&", "|":
      if !takes(character) { throw foreign(String(character), .singleLogicalMark, at: start) }
      return String(character) + String(character)
    case "." where takes("."): return ".."
    default:
      if let habit = ForeignSyntax(character: character) {
        throw foreign(String(character), habit, at: start)
      }
      throw EquationError(
        source: source, position: start, reason: .unexpectedCharacter(character))
    }
  }

  /// Skips a character if it comes next.
  private mutating func takes(_ character: Character) -> Bool {
    guard peek() == character else { return false }
    advance()
    return true
  }

  private func foreign(
    _ text: String, _ habit: ForeignSyntax, at position: Position? = nil
  ) -> EquationError {
    EquationError(
      source: source, position: position ?? self.position, reason: .foreignSyntax(text, habit))
  }

  private func isDigit(_ character: Character) -> Bool {
    character.isASCII && character.isNumber
  }

  /// Letters, digits, subscripts such as ₁; a superscript would look like a power.
  private func isPartOfName(_ character: Character) -> Bool {
    character.isLetter || character == "_"
      || (character.isNumber && !"⁰¹²³⁴⁵⁶⁷⁸⁹".contains(character))
  }

  private func trimmed(_ text: String) -> String {
    let start = text.drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
