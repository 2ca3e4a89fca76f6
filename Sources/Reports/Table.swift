import Platform

/// A table of a report.
public struct Table: Hashable, Sendable {
  /// A cell, with a small note and a mark for the best of its kind.
  public struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The text of the cell.
    public var text: String
    /// A smaller remark after the text; empty for none.
    public var note: String
    /// Whether the cell is highlighted as the best of its row.
    public var isBest: Bool

    /// A cell.
    public init(_ text: String, note: String = "", isBest: Bool = false) {
      self.text = text
      self.note = note
      self.isBest = isBest
    }

    public init(stringLiteral text: String) { self.init(text) }

    /// Words are aligned left, numbers right.
    var isWords: Bool { text.first?.isLetter == true }
  }

  /// The titles of the columns.
  public var header: [String]
  /// The cells, row by row.
  public var rows: [[Cell]]
  /// The text below the table; empty for none.
  public var caption: String

  /// A table.
  ///
  /// - Precondition: every row has as many cells as the header.
  public init(_ header: [String], rows: [[Cell]], caption: String = "") {
    precondition(
      rows.allSatisfy { $0.count == header.count }, "a row has not \(header.count) cells")
    self.header = header
    self.rows = rows
    self.caption = caption
  }

  var html: String {
    let isText = header.indices.map { column in rows.contains { $0[column].isWords } }
    let head = header.enumerated().map { column, name in
      "<th scope=\"col\"\(isText[column] ? " class=\"words\"" : "")>\(escaped(name))</th>"
    }.joined()
    let body = rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let tag = column == 0 ? "th scope=\"row\"" : "td"
        let classes = (cell.isBest ? ["best"] : []) + (isText[column] ? ["words"] : [])
        let best = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
        let note = cell.note.isEmpty ? "" : " <small>\(escaped(cell.note))</small>"
        return "<\(tag)\(best)>\(escaped(cell.text))\(note)</\(column == 0 ? "th" : "td")>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    let caption = caption.isEmpty ? "" : "<figcaption>\(escapedWithCode(caption))</figcaption>"
    return """
      <figure class="table"><div class="scroll"><table><thead><tr>\(head)</tr></thead>
      <tbody>\(body.joined(separator: "\n"))</tbody></table></div>\(caption)</figure>
      """
  }
}
