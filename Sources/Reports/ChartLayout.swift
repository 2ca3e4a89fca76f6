/// The position of a chart's plot, and the mapping of values to pixels.
struct ChartLayout {
  static let top = 24.0
  static let right = 14.0
  static let bottom = 40.0
  /// The width of a digit in the tick labels' font at 11 pixels.
  static let digitWidth = 6.4

  let x: AxisLayout
  let y: AxisLayout
  let left: Double
  let width: Double
  let height: Double
  let totalWidth: Double
  var totalHeight: Double { Self.top + height + Self.bottom }
  var rightEdge: Double { left + width }
  var bottomEdge: Double { Self.top + height }

  init(_ chart: Chart) {
    let marks = chart.marks + chart.frames.flatMap(\.marks)
    totalWidth = chart.width.pixels
    y = chart.y.layout(Self.span(marks.flatMap(\.yExtent)), aboutTicks: 5)
    let longest = y.ticks.map(\.text.count).max() ?? 0
    left = max(26, 12 + Double(longest) * Self.digitWidth)
    width = totalWidth - left - Self.right
    x = chart.x.layout(
      Self.span(marks.flatMap(\.xExtent)), aboutTicks: max(4, Int(width / 90)))
    height = chart.height ?? width
  }

  func x(_ value: Double) -> Double { left + x.share(value) * width }
  func y(_ value: Double) -> Double { Self.top + (1 - y.share(value)) * height }

  private static func span(_ values: [Double]) -> ClosedRange<Double>? {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    return low...high
  }
}

extension Mark {
  /// The values that the horizontal axis must contain.
  fileprivate var xExtent: [Double] {
    switch shape {
    case .line(let x, _), .points(let x, _), .band(let x, _, _): ends(x)
    case .histogram(let edges, _): ends(edges)
    case .heatMap(_, let x, _, _): [x.lowerBound, x.upperBound]
    case .verticalRule(let x): [x]
    case .bars, .horizontalRule, .diagonal: []
    }
  }

  /// The values that the vertical axis must contain.
  fileprivate var yExtent: [Double] {
    switch shape {
    case .line(_, let y), .points(_, let y): ends(y)
    case .band(_, let low, let high): ends(low) + ends(high)
    case .bars(let values, let intervals):
      [0] + ends(values) + ends(intervals.flatMap { [$0.lowerBound, $0.upperBound] })
    case .histogram(_, let counts): [0] + ends(counts)
    case .heatMap(_, _, let y, _): [y.lowerBound, y.upperBound]
    case .horizontalRule(let y): [y]
    case .verticalRule, .diagonal: []
    }
  }

  private func ends(_ values: [Double]) -> [Double] {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return [] }
    return [low, high]
  }
}
