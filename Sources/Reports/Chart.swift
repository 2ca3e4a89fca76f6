import Platform

/// A chart: axes, marks and size.
///
/// Marks of the same name share a legend entry and a colour. Marks without a name are not in the
/// legend.
public struct Chart: Hashable, Sendable {
  /// How much of the page's width a chart takes.
  public enum Width: Hashable, Sendable {
    case full, half, third

    var pixels: Double {
      switch self {
      case .full: 960
      case .half: 470
      case .third: 306
      }
    }
  }

  /// One frame of an animation.
  public struct Frame: Hashable, Sendable {
    /// The text of the entry in the chart's menu.
    public var label: String
    /// The marks that the entry shows.
    public var marks: [Mark]

    /// A selectable group of marks.
    public init(_ label: String, _ marks: [Mark]) {
      self.label = label
      self.marks = marks
    }
  }

  public var title: String
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// What is drawn, from back to front.
  public var marks: [Mark]
  /// Frames that a slider selects; the marks above are in all of them.
  public var frames: [Frame]
  /// The width on the page.
  public var width: Width
  /// The height of the plot in pixels; `nil` for equal height and width.
  public var height: Double?
  /// One or two sentences that describe the chart.
  public var caption: String

  /// A chart of marks.
  public init(
    _ title: String, x: Axis, y: Axis, width: Width = .full, height: Double? = 280,
    caption: String = "", marks: [Mark], frames: [Frame] = []
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.marks = marks
    self.frames = frames
    self.width = width
    self.height = height
    self.caption = caption
  }
}

/// A mark in a chart.
public struct Mark: Hashable, Sendable {
  /// What a mark looks like.
  public enum Shape: Hashable, Sendable {
    /// A line through points, interrupted where a coordinate is not finite.
    case line(x: [Double], y: [Double])
    /// The area between two lines.
    case band(x: [Double], low: [Double], high: [Double])
    case points(x: [Double], y: [Double])
    /// Bars on a categorical axis, one value per category, with optional intervals.
    case bars([Double], intervals: [ClosedRange<Double>])
    /// Bars between edges, one more edge than counts.
    case histogram(edges: [Double], counts: [Double])
    /// Values on a grid, `[row, column]`, the first row at the bottom.
    case heatMap(values: [[Double]], x: ClosedRange<Double>, y: ClosedRange<Double>, ColorMap)
    case verticalRule(Double)
    case horizontalRule(Double)
    /// A straight line between two corners of the plot's diagonal.
    case diagonal
  }

  /// The visual weight of a mark.
  public enum Emphasis: Hashable, Sendable {
    case normal, strong, faint, dashed
  }

  /// The form and its points.
  public var shape: Shape
  /// The name in the legend; empty for none.
  public var name: String
  /// The color, by role.
  public var color: SeriesColor
  /// How prominent the mark is.
  public var emphasis: Emphasis

  /// A mark of a shape.
  public init(
    _ shape: Shape, name: String = "", color: SeriesColor = .first, emphasis: Emphasis = .normal
  ) {
    self.shape = shape
    self.name = name
    self.color = color
    self.emphasis = emphasis
  }

  /// A line through points.
  public static func line(
    _ name: String = "", x: [Double], y: [Double], color: SeriesColor = .first,
    emphasis: Emphasis = .normal
  ) -> Mark {
    precondition(x.count == y.count, "a line of \(x.count) x and \(y.count) y")
    return Mark(.line(x: x, y: y), name: name, color: color, emphasis: emphasis)
  }

  /// An area between a lower and an upper curve.
  public static func band(
    _ name: String = "", x: [Double], low: [Double], high: [Double], color: SeriesColor = .first,
    emphasis: Emphasis = .normal
  ) -> Mark {
    precondition(
      x.count == low.count && x.count == high.count,
      "a band of \(x.count) x, \(low.count) low and \(high.count) high")
    return Mark(.band(x: x, low: low, high: high), name: name, color: color, emphasis: emphasis)
  }

  /// Separate points.
  public static func points(
    _ name: String = "", x: [Double], y: [Double], color: SeriesColor = .first,
    emphasis: Emphasis = .normal
  ) -> Mark {
    precondition(x.count == y.count, "\(x.count) x and \(y.count) y of points")
    return Mark(.points(x: x, y: y), name: name, color: color, emphasis: emphasis)
  }
}

/// The colours of a chart; they are distinguishable on light and dark pages and by colour-blind
/// readers.
public enum SeriesColor: Int, CaseIterable, Hashable, Sendable {
  case first, second, third, fourth, fifth, sixth
  /// The colour of text, for measured values.
  case ink
  /// A grey for the background.
  case muted

  var cssClass: String { "c\(rawValue)" }
}
