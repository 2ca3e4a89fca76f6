import Platform
import NumericCore

/// One axis of a chart.
public struct Axis: Hashable, Sendable {
  /// How values are placed along an axis.
  public enum Scale: Hashable, Sendable {
    case linear
    case logarithmic
    /// Names at 0, 1, 2 …
    case categories([String])
  }

  /// What the axis measures.
  public var label: String
  /// The unit of the values; empty for none.
  public var unit: String
  /// How values are placed.
  public var scale: Scale
  /// The shown range; `nil` for the range of the marks, extended to round numbers.
  public var range: ClosedRange<Double>?
  /// Labels in place of numbers.
  public var ticks: [Tick]?

  /// A position on an axis with its label.
  public struct Tick: Hashable, Sendable {
    /// The position of the tick.
    public var value: Double
    /// The text beside the tick.
    public var text: String

    /// A tick with a text of its own.
    public init(_ value: Double, _ text: String) {
      self.value = value
      self.text = text
    }
  }

  /// An axis; without a range it covers the values of the marks.
  public init(
    _ label: String = "", unit: String = "", scale: Scale = .linear,
    range: ClosedRange<Double>? = nil, ticks: [Tick]? = nil
  ) {
    self.label = label
    self.unit = unit
    self.scale = scale
    self.range = range
    self.ticks = ticks
  }

  var title: String { unit.isEmpty ? label : "\(label) (\(unit))" }

  /// The shown range for marks that span `values`, and the ticks in it.
  func layout(_ values: ClosedRange<Double>?, aboutTicks count: Int) -> AxisLayout {
    let wanted = range ?? values ?? 0...1
    switch scale {
    case .categories(let names):
      let ticks = names.enumerated().map { Tick(Double($0.offset), $0.element) }
      return AxisLayout(
        low: -0.5, high: Double(names.count) - 0.5, isLogarithmic: false, ticks: ticks)
    case .linear:
      return linearLayout(wanted, count)
    case .logarithmic:
      return logarithmicLayout(wanted, count)
    }
  }

  private func linearLayout(_ wanted: ClosedRange<Double>, _ count: Int) -> AxisLayout {
    var (low, high) = (wanted.lowerBound, wanted.upperBound)
    if !(high > low) {
      let margin = max(low.magnitude * 0.1, 1e-9)
      (low, high) = (low - margin, high + margin)
    }
    let step = roundStep((high - low) / Double(max(count, 1)))
    if range == nil {
      low = (low / step + 1e-9).rounded(.down) * step
      high = (high / step - 1e-9).rounded(.up) * step
    }
    let first = Int((low / step - 1e-9).rounded(.up))
    let last = Int((high / step + 1e-9).rounded(.down))
    let decimals = max(0, -Int(floorLog10(step)))
    let numbers = first <= last ? (first...last).map { Double($0) * step } : []
    let texts = numbers.map {
      max(low.magnitude, high.magnitude) >= 1e6 || decimals > 4
        ? NumberText.significant($0, 3) : NumberText.fixed($0, decimals)
    }
    return AxisLayout(
      low: low, high: high, isLogarithmic: false,
      ticks: ticks ?? zip(numbers, texts).map { Tick($0, $1) })
  }

  private func logarithmicLayout(_ wanted: ClosedRange<Double>, _ count: Int) -> AxisLayout {
    let low = max(wanted.lowerBound, .leastNormalMagnitude)
    let high = max(wanted.upperBound, low)
    var first = floorLog10(low)
    var last = floorLog10(high)
    if powerOfTen(last) < high { last += 1 }
    if first == last { last += 1 }
    let isFixed = range != nil
    let every = max(1, (last - first + count) / max(count + 1, 1))
    if !isFixed { (first, last) = (first, last) }
    let places = stride(from: first, through: last, by: every)
    let marks = places.map { Tick(powerOfTen($0), powerText($0)) }
    let shown = isFixed ? (low, high) : (powerOfTen(first), powerOfTen(last))
    return AxisLayout(
      low: shown.0, high: shown.1, isLogarithmic: true,
      ticks: (ticks ?? marks).filter { $0.value >= shown.0 * 0.999 && $0.value <= shown.1 * 1.001 })
  }
}

/// The range of an axis and its ticks.
struct AxisLayout {
  let low: Double
  let high: Double
  let isLogarithmic: Bool
  let ticks: [Axis.Tick]

  /// The position of a value, from 0 at the beginning to 1 at the end.
  func share(_ value: Double) -> Double {
    if !isLogarithmic { return (value - low) / (high - low) }
    let value = Double.logarithm(max(value, .leastNormalMagnitude))
    let (first, last) = (Double.logarithm(low), Double.logarithm(high))
    return (value - first) / (last - first)
  }
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `step`.
private func roundStep(_ step: Double) -> Double {
  let power = powerOfTen(floorLog10(step))
  for factor in [1.0, 2, 5] where factor * power >= step * (1 - 1e-9) { return factor * power }
  return 10 * power
}

private func floorLog10(_ value: Double) -> Int {
  var exponent = 0
  while powerOfTen(exponent) > value { exponent -= 1 }
  while powerOfTen(exponent + 1) <= value { exponent += 1 }
  return exponent
}

private func powerOfTen(_ exponent: Int) -> Double {
  let magnitude = (0..<abs(exponent)).reduce(1.0) { power, _ in power * 10 }
  return exponent < 0 ? 1 / magnitude : magnitude
}

private func powerText(_ exponent: Int) -> String {
  if (-3...3).contains(exponent) {
    return exponent < 0
      ? NumberText.fixed(powerOfTen(exponent), -exponent) : String(Int(powerOfTen(exponent)))
  }
  let superscripts = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
  let digits = String(abs(exponent)).compactMap(\.wholeNumberValue).map { superscripts[$0] }
  return "10" + (exponent < 0 ? "⁻" : "") + String(digits)
}
