import NumericCore

/// Renders a chart as an HTML figure with an SVG picture.
struct ChartRenderer {
  private let chart: Chart
  private let layout: ChartLayout
  /// Makes identifiers unique within a page.
  private let number: Int
  private let names: [String]
  private let barGroups: [SeriesColor]

  init(_ chart: Chart, number: Int) {
    self.chart = chart
    self.number = number
    layout = ChartLayout(chart)
    var names: [String] = []
    var groups: [SeriesColor] = []
    for mark in chart.marks + chart.frames.flatMap(\.marks) {
      if !mark.name.isEmpty, !names.contains(mark.name) { names.append(mark.name) }
      if case .bars = mark.shape, !groups.contains(mark.color) { groups.append(mark.color) }
    }
    self.names = names
    barGroups = groups
  }

  var html: String {
    var parts = ["<h4>\(escaped(chart.title))</h4>"]
    if names.count > 1 { parts.append(legend) }
    parts += ramps
    parts.append(svg)
    if !chart.frames.isEmpty { parts.append(slider) }
    if !chart.caption.isEmpty {
      parts.append("<figcaption>\(escapedWithCode(chart.caption))</figcaption>")
    }
    let size = "\(chart.width)"
    return "<figure class=\"chart \(size)\">\(parts.joined(separator: "\n"))</figure>"
  }

  private var legend: String {
    let all = chart.marks + chart.frames.flatMap(\.marks)
    let buttons = names.enumerated().map { place, name in
      let mark = all.first { $0.name == name }
      let color = mark?.color.cssClass ?? ""
      let kind = mark.map { Self.swatch($0) } ?? ""
      return "<button type=\"button\" aria-pressed=\"true\" data-s=\"\(place)\">"
        + "<i class=\"\(kind) \(color)\"></i>\(escaped(name))</button>"
    }
    return "<div class=\"legend\">\(buttons.joined())</div>"
  }

  /// The colour scale of a heat map, with the values at its ends.
  private var ramps: [String] {
    chart.marks.compactMap { mark in
      guard case .heatMap(let values, _, _, let map) = mark.shape else { return nil }
      guard let range = map.range(of: values) else { return nil }
      let stops = (0...8).map { map.hexadecimal(Double($0) / 8) }.joined(separator: ",")
      let bar = "<i style=\"background:linear-gradient(90deg,\(stops))\"></i>"
      let ends = [range.lowerBound, range.upperBound].map {
        "<span>\(NumberText.significant($0, 2))</span>"
      }
      return "<div class=\"ramp\">\(ends[0])\(bar)\(ends[1])</div>"
    }
  }

  private static func swatch(_ mark: Mark) -> String {
    switch mark.shape {
    case .points: "dot"
    case .band, .bars, .histogram: "area"
    default: mark.emphasis == .dashed ? "dashes" : "dash"
    }
  }

  private var svg: String {
    let plot = [layout.left, ChartLayout.top, layout.width, layout.height].map(pixel)
    let size = "0 0 \(pixel(layout.totalWidth)) \(pixel(layout.totalHeight))"
    // Four more pixels, so that points on the frame are not clipped.
    let frame = [
      layout.left - 4, ChartLayout.top - 4, layout.width + 8, layout.height + 8,
    ].map(pixel)
    let clip = element(
      "clipPath", ["id": "clip\(number)"],
      element(
        "rect", ["x": frame[0], "y": frame[1], "width": frame[2], "height": frame[3]]))
    let frames = chart.frames.enumerated().map { place, frame in
      element(
        "g", ["class": place == 0 ? "frame" : "frame off", "data-f": "\(place)"],
        drawn(frame.marks))
    }
    let marks = element(
      "g", ["clip-path": "url(#clip\(number))"], drawn(chart.marks) + frames.joined())
    return element(
      "svg",
      [
        "viewBox": size, "role": "img", "aria-label": chart.title,
        "data-plot": plot.joined(separator: " "), "data-x": ends(layout.x),
        "data-y": ends(layout.y), "data-xl": chart.x.label, "data-xu": chart.x.unit,
        "data-yu": chart.y.unit,
      ], element("defs", [:], clip) + grid + marks + axisTitles)
  }

  private func ends(_ axis: AxisLayout) -> String {
    "\(axis.low) \(axis.high) \(axis.isLogarithmic ? 1 : 0)"
  }

  private var grid: String {
    var parts: [String] = []
    for tick in layout.y.ticks {
      let y = pixel(layout.y(tick.value))
      parts.append(
        element(
          "line",
          [
            "class": "grid", "x1": pixel(layout.left), "x2": pixel(layout.rightEdge), "y1": y,
            "y2": y,
          ]))
      parts.append(
        element(
          "text",
          ["class": "tick end", "x": pixel(layout.left - 7), "y": y, "dy": "0.34em"],
          escaped(tick.text)))
    }
    let base = layout.bottomEdge
    parts.append(
      element(
        "line",
        [
          "class": "axis", "x1": pixel(layout.left), "x2": pixel(layout.rightEdge),
          "y1": pixel(base), "y2": pixel(base),
        ]))
    for tick in layout.x.ticks {
      let x = pixel(layout.x(tick.value))
      parts.append(
        element(
          "line", ["class": "axis", "x1": x, "x2": x, "y1": pixel(base), "y2": pixel(base + 4)]))
      parts.append(
        element(
          "text", ["class": "tick middle", "x": x, "y": pixel(base + 17)], escaped(tick.text)))
    }
    return parts.joined()
  }

  private var axisTitles: String {
    var parts: [String] = []
    if !chart.y.title.isEmpty {
      parts.append(
        element("text", ["class": "title", "x": "0", "y": "12"], escaped(chart.y.title)))
    }
    if !chart.x.title.isEmpty {
      parts.append(
        element(
          "text",
          [
            "class": "title end", "x": pixel(layout.rightEdge),
            "y": pixel(layout.bottomEdge + 34),
          ], escaped(chart.x.title)))
    }
    return parts.joined()
  }

  private func drawn(_ marks: [Mark]) -> String {
    marks.map { mark in
      let series = names.firstIndex(of: mark.name).map(String.init) ?? ""
      let kind = "\(mark.color.cssClass) \(mark.emphasis)"
      let group = MarkRenderer(layout: layout, barGroups: barGroups).draw(mark)
      return series.isEmpty
        ? element("g", ["class": kind], group)
        : element("g", ["class": kind, "data-s": series, "data-n": mark.name], group)
    }.joined()
  }

  private var slider: String {
    let labels = chart.frames.map { escaped($0.label) }.joined(separator: "|")
    let first = chart.frames.first.map { escaped($0.label) } ?? ""
    return """
      <div class="slider" data-labels="\(labels)"><button type="button" aria-label="Play">▶</button>
      <input type="range" min="0" max="\(chart.frames.count - 1)" value="0" aria-label="Time">
      <output>\(first)</output></div>
      """
  }
}
