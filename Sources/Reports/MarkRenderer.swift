import NumericCore

/// Renders the marks of a chart.
struct MarkRenderer {
  let layout: ChartLayout
  /// The colours of the bars that share a category, in order.
  let barGroups: [SeriesColor]

  func draw(_ mark: Mark) -> String {
    switch mark.shape {
    case .line(let x, let y): line(x, y)
    case .band(let x, let low, let high): band(x, low, high)
    case .points(let x, let y): points(x, y)
    case .bars(let values, let intervals):
      bars(values, intervals, place: barGroups.firstIndex(of: mark.color) ?? 0)
    case .histogram(let edges, let counts): histogram(edges, counts)
    case .heatMap(let values, let x, let y, let map): heatMap(values, x, y, map)
    case .verticalRule(let x):
      rule(from: (layout.x(x), ChartLayout.top), to: (layout.x(x), layout.bottomEdge))
    case .horizontalRule(let y):
      rule(from: (layout.left, layout.y(y)), to: (layout.rightEdge, layout.y(y)))
    case .diagonal:
      rule(from: (layout.left, layout.bottomEdge), to: (layout.rightEdge, ChartLayout.top))
    }
  }

  private func place(_ x: Double, _ y: Double) -> String {
    "\(pixel(layout.x(x))),\(pixel(layout.y(y)))"
  }

  /// Ranges of indices where every coordinate is finite.
  private func runs(_ count: Int, _ isFinite: (Int) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for i in 0...count {
      let isInside = i < count && isFinite(i)
      if isInside, start == nil { start = i }
      if !isInside, let first = start {
        runs.append(first..<i)
        start = nil
      }
    }
    return runs
  }

  private func line(_ x: [Double], _ y: [Double]) -> String {
    runs(x.count) { x[$0].isFinite && y[$0].isFinite }.map { run in
      element("polyline", ["points": run.map { place(x[$0], y[$0]) }.joined(separator: " ")])
    }.joined()
  }

  private func band(_ x: [Double], _ low: [Double], _ high: [Double]) -> String {
    runs(x.count) { x[$0].isFinite && low[$0].isFinite && high[$0].isFinite }.map { run in
      let there = run.map { place(x[$0], high[$0]) }
      let back = run.reversed().map { place(x[$0], low[$0]) }
      return element("polygon", ["points": (there + back).joined(separator: " ")])
    }.joined()
  }

  private func points(_ x: [Double], _ y: [Double]) -> String {
    let radius = x.count > 600 ? "1.3" : x.count > 150 ? "2" : "2.8"
    return zip(x, y).filter { $0.isFinite && $1.isFinite }.map { x, y in
      element("circle", ["cx": pixel(layout.x(x)), "cy": pixel(layout.y(y)), "r": radius])
    }.joined()
  }

  private func bars(
    _ values: [Double], _ intervals: [ClosedRange<Double>], place: Int
  ) -> String {
    let slot = layout.x(1) - layout.x(0)
    let width = slot * 0.72 / Double(max(barGroups.count, 1))
    let zero = layout.y(max(0, layout.y.low))
    return values.enumerated().map { category, value in
      let left = layout.x(Double(category)) - slot * 0.36 + width * Double(place)
      let top = layout.y(value)
      var parts = rectangle(left + 1, min(top, zero), width - 2, abs(zero - top), value)
      if category < intervals.count {
        let middle = left + width / 2
        let (low, high) = (
          layout.y(intervals[category].lowerBound), layout.y(intervals[category].upperBound)
        )
        parts += whisker((middle, low), (middle, high))
        parts += whisker((middle - 4, low), (middle + 4, low))
        parts += whisker((middle - 4, high), (middle + 4, high))
      }
      return parts
    }.joined()
  }

  private func histogram(_ edges: [Double], _ counts: [Double]) -> String {
    counts.enumerated().map { place, count in
      let (left, right) = (layout.x(edges[place]), layout.x(edges[place + 1]))
      let top = layout.y(count)
      return rectangle(
        left + 0.5, top, max(0.5, right - left - 1), layout.bottomEdge - top, count)
    }.joined()
  }

  private func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ value: Double
  ) -> String {
    element(
      "rect",
      ["x": pixel(x), "y": pixel(y), "width": pixel(width), "height": pixel(height)],
      element("title", [:], NumberText.significant(value, 4)))
  }

  private func heatMap(
    _ values: [[Double]], _ x: ClosedRange<Double>, _ y: ClosedRange<Double>, _ map: ColorMap
  ) -> String {
    let range = map.range(of: values) ?? 0...1
    let (low, high) = (range.lowerBound, range.upperBound)
    let span = high > low ? high - low : 1
    let shares = values.reversed().map { row in
      row.map { $0.isFinite ? ($0 - low) / span : .nan }
    }
    let (left, top) = (layout.x(x.lowerBound), layout.y(y.upperBound))
    return element(
      "image",
      [
        "x": pixel(left), "y": pixel(top), "width": pixel(layout.x(x.upperBound) - left),
        "height": pixel(layout.y(y.lowerBound) - top), "preserveAspectRatio": "none",
        "href": "data:image/png;base64,\(base64(PNG.picture(shares, map)))",
      ])
  }

  private func rule(from a: (Double, Double), to b: (Double, Double)) -> String {
    segment("rule", a, b)
  }

  private func whisker(_ a: (Double, Double), _ b: (Double, Double)) -> String {
    segment("whisker", a, b)
  }

  private func segment(_ kind: String, _ a: (Double, Double), _ b: (Double, Double)) -> String {
    element(
      "line",
      ["class": kind, "x1": pixel(a.0), "y1": pixel(a.1), "x2": pixel(b.0), "y2": pixel(b.1)])
  }
}
