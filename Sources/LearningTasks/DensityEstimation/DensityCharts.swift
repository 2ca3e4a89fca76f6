import Platform
package import NumericCore
package import Reports
package import ContinuousModels
import NeuralNets
import Transforms
import Tensors

/// Charts of densities in the plane.
package enum DensityCharts {
  /// A rectangle of the plane and its resolution.
  package struct Grid {
    package var x: ClosedRange<Double>
    package var y: ClosedRange<Double>
    var columns: Int
    var rows: Int

    package init(x: ClosedRange<Double>, y: ClosedRange<Double>, columns: Int, rows: Int) {
      self.x = x
      self.y = y
      self.columns = columns
      self.rows = rows
    }

    /// The centres of the cells, row-major from the bottom: two numbers each.
    package var centers: [Double] {
      let width = (x.upperBound - x.lowerBound) / Double(columns)
      let height = (y.upperBound - y.lowerBound) / Double(rows)
      return (0..<rows * columns).flatMap { cell -> [Double] in
        let (row, column) = (Double(cell / columns), Double(cell % columns))
        return [x.lowerBound + (column + 0.5) * width, y.lowerBound + (row + 0.5) * height]
      }
    }

    /// Values of the cells as lines from the bottom.
    package func lines(_ values: [Double]) -> [[Double]] {
      (0..<rows).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
    }

    /// The number of points in each cell.
    func counts(_ points: [Double]) -> [Double] {
      var counts = [Double](repeating: 0, count: rows * columns)
      for place in stride(from: 0, to: points.count, by: 2) {
        let (px, py) = (points[place], points[place + 1])
        guard x.contains(px), y.contains(py) else { continue }
        let column = Int((px - x.lowerBound) / (x.upperBound - x.lowerBound) * Double(columns))
        let row = Int((py - y.lowerBound) / (y.upperBound - y.lowerBound) * Double(rows))
        counts[min(row, rows - 1) * columns + min(column, columns - 1)] += 1
      }
      return counts
    }
  }

  /// Values on a grid as a heat map.
  package static func map(
    _ title: String, _ values: [Double], on grid: Grid, labels: (x: String, y: String) = ("x", "y"),
    width: Chart.Width = .half, height: Double? = nil, caption: String = ""
  ) -> Chart {
    Chart(
      title, x: Axis(labels.x, range: grid.x), y: Axis(labels.y, range: grid.y), width: width,
      height: height, caption: caption,
      marks: [
        Mark(.heatMap(values: grid.lines(values), x: grid.x, y: grid.y, .sequential))
      ])
  }

  /// Points as a scatter plot.
  static func scatter(
    _ title: String, _ points: [Double], x: ClosedRange<Double>, y: ClosedRange<Double>,
    labels: (x: String, y: String) = ("x", "y"), width: Chart.Width = .half, height: Double? = nil,
    caption: String = ""
  ) -> Chart {
    Chart(
      title, x: Axis(labels.x, range: x), y: Axis(labels.y, range: y), width: width,
      height: height, caption: caption, marks: [cloud(points)])
  }

  /// Base points that flow to the data, with a slider.
  static func journey<Field: DensityField>(
    _ title: String, of flow: ContinuousNormalizingFlow<Field>, count: Int, key: RandomKey,
    x: ClosedRange<Double>, y: ClosedRange<Double>, width: Chart.Width = .half
  ) -> Chart {
    let times = 13
    let function = CompiledFunction<Pair<ContinuousNormalizingFlow<Field>, Tensor>> {
      [$0.first.trajectory(from: $0.second, times: times)]
    }
    let base = flow.basePoints(key.normal([count, 2])).evaluated()
    let values = function(Pair(flow, base))[0].values
    let frames = (0..<times).map { time in
      Chart.Frame(
        "t = " + NumberText.fixed(Double(time) / Double(times - 1), 2),
        [cloud(Array(values[time * count * 2..<(time + 1) * count * 2]))])
    }
    return Chart(
      title, x: Axis("x", range: x), y: Axis("y", range: y), width: width, height: nil,
      caption: "Points of the base distribution on their way to the data.", marks: [],
      frames: frames)
  }

  /// The first images of 8 × 8 pixels, five rows of at most `columns` each, as one picture.
  package static func images(_ title: String, _ values: [Double], columns: Int) -> Chart {
    let rows = min(values.count / 64 / columns, 5)
    var lines = [[Double]](
      repeating: [Double](repeating: 0, count: columns * 9 + 1), count: rows * 9 + 1)
    for image in 0..<rows * columns {
      let (row, column) = (image / columns, image % columns)
      for pixel in 0..<64 {
        // The lines of a heat map begin at the bottom.
        let line = (rows - 1 - row) * 9 + 8 - pixel / 8
        lines[line][column * 9 + 1 + pixel % 8] = min(max(values[image * 64 + pixel], 0), 17)
      }
    }
    let (width, height) = (Double(columns * 9 + 1), Double(rows * 9 + 1))
    return Chart(
      title, x: Axis(range: 0...width, ticks: []), y: Axis(range: 0...height, ticks: []),
      width: .half, height: 470 * height / width,
      marks: [Mark(.heatMap(values: lines, x: 0...width, y: 0...height, .sequential))])
  }

  private static func cloud(_ points: [Double]) -> Mark {
    .points(
      x: stride(from: 0, to: points.count, by: 2).map { points[$0] },
      y: stride(from: 1, to: points.count, by: 2).map { points[$0] }, emphasis: .faint)
  }

  /// Paths of points from the base distribution to the data, one line each, with their ends.
  package static func paths<Field: DensityField>(
    _ title: String, of flow: ContinuousNormalizingFlow<Field>, count: Int, key: RandomKey,
    x: ClosedRange<Double>, y: ClosedRange<Double>, caption: String
  ) -> Chart {
    let times = 25
    let function = CompiledFunction<Pair<ContinuousNormalizingFlow<Field>, Tensor>> {
      [$0.first.trajectory(from: $0.second, times: times)]
    }
    let base = flow.basePoints(key.normal([count, 2])).evaluated()
    let values = function(Pair(flow, base))[0].values
    func line(_ row: Int, _ axis: Int) -> [Double] {
      (0..<times).map { values[($0 * count + row) * 2 + axis] }
    }
    let lines = (0..<count).map {
      Mark.line(x: line($0, 0), y: line($0, 1), emphasis: .faint)
    }
    let end = Array(values[(times - 1) * count * 2..<times * count * 2])
    return Chart(
      title, x: Axis("x", range: x), y: Axis("y", range: y), width: .half, height: nil,
      caption: caption, marks: lines + [cloud(end)])
  }

  /// Densities at intermediate times from the base distribution to the data.
  static func onTheWay<Field: DensityField>(
    _ name: String, _ flow: ContinuousNormalizingFlow<Field>, edge: Double
  ) -> [Chart] {
    let grid = Grid(x: -edge...edge, y: -edge...edge, columns: 70, rows: 70)
    let points = Tensor(grid.centers.map(Float.init), shape: [70 * 70, 2])
    return [0.25, 0.5, 0.75].map { place in
      let density = CompiledFunction<Pair<ContinuousNormalizingFlow<Field>, Tensor>> {
        [exp($0.first.logDensity(of: $0.second, onTheWay: place))]
      }(Pair(flow, points))[0].values
      return map(
        "\(name): \(NumberText.fixed(place, 2)) of the way", density, on: grid, width: .third)
    }
  }

  /// Data, learned density and flow of a toy distribution.
  package static func toy<Field: DensityField>(
    _ data: PlanarData, _ flow: ContinuousNormalizingFlow<Field>, key: RandomKey
  ) -> [Chart] {
    let edge = data == .twoCircles ? 1.6 : 4.5
    let range = -edge...edge
    let grid = Grid(x: range, y: range, columns: 90, rows: 90)
    let points = Tensor(grid.centers.map(Float.init), shape: [90 * 90, 2])
    let density = flow.densities(of: points, solver: flow.solver).logDensities
      .map { Double.exponential($0) }
    let sample = data.points(1500, key: key).flatMap { [$0.x, $0.y] }
    return [
      scatter("\(data.rawValue): data", sample, x: range, y: range, width: .third),
      map("\(data.rawValue): density", density, on: grid, width: .third),
      journey(
        "\(data.rawValue): flow", of: flow, count: 800, key: key, x: range, y: range, width: .third),
    ] + onTheWay(data.rawValue, flow, edge: edge)
  }
}
