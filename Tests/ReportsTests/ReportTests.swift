import Platform
import NumericCore
import Reports
import Testing

@Suite struct ReportTests {
  private func page(_ build: (inout ReportSection) -> Void) -> String {
    var report = Report(title: "Title")
    report.section("One", build)
    return report.html
  }

  private func chart(_ marks: [Mark], x: Axis = Axis("x"), y: Axis = Axis("y")) -> String {
    page { $0.chart(Chart("chart", x: x, y: y, marks: marks)) }
  }

  /// The texts of an axis' ticks.
  private func ticks(_ html: String, _ anchor: String) -> [String] {
    html.components(between: "<text class=\"tick \(anchor)\"", and: "</text>").map { text in
      String(text[text.index(after: text.lastIndex(of: ">") ?? text.startIndex)...])
    }
  }

  @Test func `text of users is escaped wherever it stands`() {
    let evil = "<script>alert(\"x\")</script>&'"
    var report = Report(title: evil, subtitle: evil)
    report.section(evil) { section in
      section.text(evil)
      section.code(evil)
      section.list([evil])
      section.facts([.init(evil, evil, note: evil)])
      section.table(Table([evil], rows: [[Table.Cell(evil, note: evil)]], caption: evil))
      section.formula(.row(.name(evil), .words(evil)))
      section.chart(
        Chart(
          evil, x: Axis(evil, unit: evil), y: Axis(evil), caption: evil,
          marks: [
            .line(evil, x: [0, 1], y: [0, 1]), .points("b" + evil, x: [0], y: [1]),
          ], frames: [.init(evil, [.points(x: [0], y: [0])])]))
    }
    #expect(!report.html.contains("<script>alert"))
    #expect(report.html.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"))
  }

  @Test func `the page needs nothing from elsewhere`() {
    let html = chart([.line(x: [0, 1], y: [0, 1])])
    let links = html.components(between: "http", and: "\"")
    // Names of XML vocabularies are no addresses that a browser opens.
    #expect(links.allSatisfy { $0.contains("w3.org") })
    #expect(!html.contains("src=") && !html.contains("@import") && !html.contains("url(h"))
  }

  @Test func `the script is short enough to read`() {
    let html = page { $0.text("x") }
    let script = html.components(between: "<script>", and: "</script>")
    #expect(script.count == 1 && script[0].filter { $0 == "\n" }.count <= 150)
  }

  @Test func `tags are balanced`() {
    let html = page { section in
      section.heading("h")
      section.text("a `code` b")
      section.chart(
        Chart(
          "c", x: Axis("x"), y: Axis("y", scale: .logarithmic), width: .half,
          marks: [
            .line("a", x: [1, 2, 3], y: [1, .nan, 1_000]),
            .band("a", x: [1, 2], low: [1, 1], high: [2, 2]),
            .points("b", x: [1, .infinity], y: [1, 1]), Mark(.verticalRule(1)),
            Mark(.horizontalRule(1)), Mark(.diagonal),
          ]))
      section.chart(
        Chart(
          "d", x: Axis(scale: .categories(["p", "q"])), y: Axis(), width: .half,
          marks: [Mark(.bars([1, 2], intervals: [0.5...1.5, 1...3]), name: "z")]))
      section.table(Table(["a"], rows: [["1"]]))
    }
    for tag in ["g", "svg", "figure", "div", "section", "table", "tr", "td", "p", "code", "math"] {
      let opened =
        html.components(between: "<\(tag) ", and: ">").filter { !$0.hasSuffix("/") }.count
        + html.count(of: "<\(tag)>")
      #expect(opened == html.count(of: "</\(tag)>"), "\(tag)")
    }
  }

  @Test(arguments: [
    (0.0, 10.0, ["0", "2", "4", "6", "8", "10"]), (0.0, 0.047, ["0.00", "0.01", "0.02"]),
    (-3.0, 7.2, ["−5", "0", "5", "10"]), (40.0, 400.0, ["0", "100", "200"]),
    (1_000_000.0, 9_000_000.0, ["0", "2.00e6", "4.00e6"]),
  ])
  func `ticks are round and cover the data`(low: Double, high: Double, expected: [String]) {
    let html = chart([.line(x: [0, 1], y: [low, high])])
    #expect(Array(ticks(html, "end").prefix(expected.count)) == expected)
  }

  @Test func `a logarithmic axis has decades`() {
    let html = chart(
      [.line(x: [0, 1], y: [0.002, 40])], y: Axis("y", scale: .logarithmic))
    #expect(ticks(html, "end") == ["0.001", "0.01", "0.1", "1", "10", "100"])
  }

  @Test func `a constant, an empty and a non-finite series still draw`() {
    for y in [[1.0, 1, 1], [.nan, .nan, .infinity]] {
      let html = chart([.line(x: [0, 1, 2], y: y)])
      #expect(!html.contains("nan") && !html.contains("inf\""))
    }
    #expect(chart([]).contains("<svg"))
  }

  @Test func `a line breaks where a value is missing`() {
    let html = chart([.line(x: [0, 1, 2, 3, 4], y: [0, 1, .nan, 1, 2])])
    #expect(html.count(of: "<polyline") == 2)
  }

  @Test func `numbers read as people write them`() {
    #expect(NumberText.fixed(3.14159, 2) == "3.14")
    #expect(NumberText.fixed(-0.004, 2) == "0.00")
    #expect(NumberText.fixed(-12.5, 1) == "−12.5")
    #expect(NumberText.fixed(0.05, 3) == "0.050")
    #expect(NumberText.fixed(.nan, 2) == "–")
    #expect(NumberText.significant(0.000012345, 3) == "1.23e−5")
    #expect(NumberText.significant(1_234.5, 3) == "1235")
    #expect(NumberText.significant(0.04567, 2) == "0.046")
    #expect(NumberText.percent(0.8734) == "87.3 %")
  }

  @Test func `a heat map is a PNG of its rows from the top`() throws {
    let html = chart([
      Mark(.heatMap(values: [[0, 1], [2, .nan]], x: 0...1, y: 0...1, .sequential))
    ])
    let data = try #require(html.components(between: "base64,", and: "\"").first)
    // The signature, then a header chunk of 13 bytes: width 2, height 2, 8 bits, palette.
    #expect(data.hasPrefix("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAMAAA"))
  }

  @Test func `the same report gives the same bytes, in a file written whole`() throws {
    let path = "/tmp/neural-ode-report-\(SystemProcess.number).html"
    var report = Report(title: "t")
    report.section("s") { $0.text("x") }
    try report.write(to: path)
    defer { try? Files.remove(path) }
    #expect(try Files.read(path) == Array(report.html.utf8))
  }
}

extension String {
  /// The pieces between two texts.
  fileprivate func components(between start: String, and end: String) -> [Substring] {
    var pieces: [Substring] = []
    var rest = self[...]
    while let first = rest.firstRange(of: start) {
      rest = rest[first.upperBound...]
      guard let last = rest.firstRange(of: end) else { break }
      pieces.append(rest[..<last.lowerBound])
      rest = rest[last.upperBound...]
    }
    return pieces
  }

  fileprivate func count(of text: String) -> Int { ranges(of: text).count }
}
