public import Platform

/// A report: one HTML page that needs nothing else.
///
/// ```swift
/// var report = Report(title: "Glucose forecast", subtitle: "latent ODE, 6.5 months of readings")
/// report.section("Result") { section in
///   section.text("The band covers what happened.")
///   section.chart(Chart("Loss", x: Axis("step"), y: Axis("loss"), marks: [.line(x: x, y: y)]))
/// }
/// try report.write(to: "report.html")
/// ```
public struct Report: Sendable {
  public var title: String
  /// The line below the title.
  public var subtitle: String
  /// The sections in order.
  public private(set) var sections: [ReportSection] = []

  /// An empty report.
  public init(title: String, subtitle: String = "") {
    self.title = title
    self.subtitle = subtitle
  }

  /// Adds a section.
  public mutating func section(
    _ title: String, _ build: (inout ReportSection) throws -> Void
  ) rethrows {
    var section = ReportSection(title: title)
    try build(&section)
    sections.append(section)
  }

  /// The page as HTML; the same report gives the same bytes.
  public var html: String {
    var charts = 0
    let bodies = sections.enumerated().map { place, section in
      "<section id=\"s\(place)\"><h2>\(escaped(section.title))</h2>\n"
        + section.html(firstChart: &charts) + "</section>"
    }
    let links = sections.enumerated().map { place, section in
      "<a href=\"#s\(place)\">\(escaped(section.title))</a>"
    }
    let navigation = sections.count > 2 ? "<nav>\(links.joined())</nav>" : ""
    let subtitle = subtitle.isEmpty ? "" : "<p class=\"subtitle\">\(escaped(subtitle))</p>"
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(escaped(title))</title>
      <style>\(ReportStyle.sheet)</style></head>
      <body><header><h1>\(escaped(title))</h1>\(subtitle)\(navigation)</header>
      <main>
      \(bodies.joined(separator: "\n"))
      </main>
      <script>\(ReportScript.text)</script></body></html>

      """
  }

  /// Writes the page atomically.
  public func write(to path: String, followsLinks: Bool = true) throws(FileError) {
    try Files.writeAtomically(Array(html.utf8), to: path, followsLinks: followsLinks)
  }
}

/// A section of a report, from top to bottom.
public struct ReportSection: Sendable {
  let title: String
  private var blocks: [Block] = []

  /// A highlighted number.
  public struct Fact: Hashable, Sendable {
    /// What is stated.
    public var label: String
    /// The value, as text.
    public var value: String
    /// A remark below the value; empty for none.
    public var note: String

    /// A statement with its value.
    public init(_ label: String, _ value: String, note: String = "") {
      self.label = label
      self.value = value
      self.note = note
    }
  }

  private enum Block: Sendable {
    case markup(String)
    case chart(Chart)
  }

  init(title: String) { self.title = title }

  /// A paragraph; pieces between backquotes are set as code.
  public mutating func text(_ text: String) {
    blocks.append(.markup("<p>\(escapedWithCode(text))</p>"))
  }

  /// Adds a heading inside the section.
  public mutating func heading(_ text: String) {
    blocks.append(.markup("<h3>\(escaped(text))</h3>"))
  }

  /// Adds a list of items.
  public mutating func list(_ items: [String]) {
    let items = items.map { "<li>\(escapedWithCode($0))</li>" }.joined()
    blocks.append(.markup("<ul>\(items)</ul>"))
  }

  /// Numbers side by side.
  public mutating func facts(_ facts: [Fact]) {
    let tiles = facts.map { fact in
      let note = fact.note.isEmpty ? "" : "<small>\(escaped(fact.note))</small>"
      return "<div><dt>\(escaped(fact.label))</dt><dd>\(escaped(fact.value))\(note)</dd></div>"
    }
    blocks.append(.markup("<dl class=\"facts\">\(tiles.joined())</dl>"))
  }

  /// Adds a table.
  public mutating func table(_ table: Table) { blocks.append(.markup(table.html)) }

  /// A displayed formula.
  public mutating func formula(_ formula: Formula) { blocks.append(.markup(formula.html)) }

  /// A preformatted text: a command, a configuration.
  public mutating func code(_ text: String) {
    blocks.append(.markup("<pre><code>\(escaped(text))</code></pre>"))
  }

  /// A chart; adjacent charts that are not of full width are placed side by side.
  public mutating func chart(_ chart: Chart) { blocks.append(.chart(chart)) }

  func html(firstChart number: inout Int) -> String {
    var result = ""
    var row: [String] = []
    func closeRow() {
      if !row.isEmpty { result += "<div class=\"row\">\(row.joined(separator: "\n"))</div>\n" }
      row = []
    }
    for block in blocks {
      switch block {
      case .markup(let markup):
        closeRow()
        result += markup + "\n"
      case .chart(let chart):
        if chart.width == .full { closeRow() }
        row.append(ChartRenderer(chart, number: number).html)
        number += 1
        if chart.width == .full { closeRow() }
      }
    }
    closeRow()
    return result
  }
}

extension String {
  /// The text with a capital first letter.
  package var withCapital: String { prefix(1).uppercased() + dropFirst() }
}
