import NumericCore
import Reports
import LearningTasks
import Adjoints
import ContinuousModels
import Integrators
import NeuralNets
import Transforms
import Tensors

/// Pictures of plain and augmented flows.
enum AugmentedCharts {
  typealias Model = AugmentedODE<PerceptronField>

  private static let moments = (0...40).map { Double($0) / 40 }

  /// States of points at the moments, `[moment][point][coordinate]`.
  private static func states(
    _ model: Model, _ points: [Double], _ times: [Double]
  ) -> [[[Double]]] {
    let shape = [points.count / model.features, model.features]
    var flow = model.flow
    flow.solver = .adaptive(1e-5)
    let start = model.augmentation(Tensor(rounding: points, shape: shape, to: .float32))
    let states = flow(start, at: times).states
    let (values, width) = (states.values, states.shape[2])
    return times.indices.map { time in
      (0..<shape[0]).map { row in
        let first = (time * shape[0] + row) * width
        return Array(values[first..<first + width])
      }
    }
  }

  // MARK: - The crossing map

  /// Paths of points of the line by a plain flow and by an augmented one, which cross only in the second.
  static func crossing(plain: Model, augmented: Model) -> [Chart] {
    let starts = stride(from: -1.5, through: 1.51, by: 0.25).map { $0 }
    let (line, plane) = (
      states(plain, starts, moments), states(augmented, starts, moments)
    )
    func paths(_ states: [[[Double]]], x: Int?, y: Int) -> [Mark] {
      starts.indices.filter { starts[$0] != 0 }.flatMap { row -> [Mark] in
        let isLow = starts[row] < 0
        let (name, color) = (
          isLow ? "begins below 0" : "begins above 0", isLow ? SeriesColor.first : .second
        )
        let places = states.indices.map { time in
          (x.map { states[time][row][$0] } ?? moments[time], states[time][row][y])
        }
        let end = places[places.count - 1]
        return [
          .line(name, x: places.map(\.0), y: places.map(\.1), color: color),
          .points(name, x: [end.0], y: [end.1], color: color),
        ]
      }
    }
    let targets = Mark.points("wanted", x: [1, 1], y: [-1, 1], color: .ink)
    func overTime(_ title: String, _ states: [[[Double]]], _ caption: String) -> Chart {
      Chart(
        title, x: Axis("t"), y: Axis("h", range: -2...2), width: .third, height: nil,
        caption: caption, marks: paths(states, x: nil, y: 0) + [targets])
    }
    return [
      overTime(
        "−1 ↔ 1 by a plain flow", line,
        "Paths of the line cannot cross: the best is to send all to the middle."),
      overTime(
        "−1 ↔ 1 by an augmented flow", plane,
        "The first coordinate: with a second one the paths pass each other."),
      Chart(
        "In both coordinates", x: Axis("h₁", range: -2...2), y: Axis("h₂"), width: .third,
        height: nil, caption: "The same paths: no two of them meet at one time.",
        marks: paths(plane, x: 0, y: 1)),
    ]
  }

  // MARK: - The spheres

  /// Where each model sees the disc and where the ring, and how its flow gets there.
  static func spheres(
    plain: Model, augmented: Model, _ data: LabelledPoints
  ) -> [Chart] {
    [region("Plain flow: what is disc, what is ring", plain, data)]
      + [region("Augmented flow: what is disc, what is ring", augmented, data)]
      + [
        journey(
          "Plain flow", plain, data, axes: (0, 1),
          "A flow of the plane keeps the disc inside the ring: it is squeezed out where the ring has few points."
        ),
        journey(
          "Augmented flow, from the side", augmented, data, axes: (0, 2),
          "The third coordinate begins at 0; in it disc and ring part without touching."),
      ]
  }

  private static func region(_ title: String, _ model: Model, _ data: LabelledPoints) -> Chart {
    let grid = DensityCharts.Grid(x: -2...2, y: -2...2, columns: 80, rows: 80)
    let centers = Tensor(rounding: grid.centers, shape: [80 * 80, 2], to: .float32)
    // The scale is the same for both models: −1.5 to 1.5, targets are −1 and 1.
    let values = model(centers).values.map { min(max($0, -1.5), 1.5) }
    let (disc, ring) = parts(data, 150)
    return Chart(
      title, x: Axis("x", range: -2...2), y: Axis("y", range: -2...2), width: .half, height: nil,
      caption: "Colour: the readout, blue for the disc (−1) and red for the ring (1).",
      marks: [
        Mark(.heatMap(values: grid.lines(values), x: grid.x, y: grid.y, .diverging)),
        .points(
          "points of disc and ring", x: (disc + ring).map { $0[0] },
          y: (disc + ring).map { $0[1] }, color: .ink),
      ])
  }

  private static func journey(
    _ title: String, _ model: Model, _ data: LabelledPoints, axes: (Int, Int), _ caption: String
  ) -> Chart {
    let (disc, ring) = parts(data, 250)
    let times = (0...12).map { Double($0) / 12 }
    let states = states(model, (disc + ring).flatMap { $0 }, times)
    // One scale for both axes.
    let values = states.joined().flatMap { [$0[axes.0], $0[axes.1]] }
    let edge = 1.05 * (values.map(\.magnitude).max() ?? 1)
    func marks(_ name: String, _ color: SeriesColor, _ rows: ArraySlice<[Double]>) -> Mark {
      .points(name, x: rows.map { $0[axes.0] }, y: rows.map { $0[axes.1] }, color: color)
    }
    return Chart(
      title, x: Axis("h" + subscripts[axes.0], range: -edge...edge),
      y: Axis("h" + subscripts[axes.1], range: -edge...edge), width: .half, height: nil,
      caption: caption, marks: [],
      frames: zip(times, states).map { time, rows in
        Chart.Frame(
          "t = " + NumberText.fixed(time, 2),
          [
            marks("disc", .first, rows[..<disc.count]), marks("ring", .second, rows[disc.count...]),
          ])
      })
  }

  private static let subscripts = ["₁", "₂", "₃"]

  /// The first points of disc and ring.
  private static func parts(
    _ data: LabelledPoints, _ count: Int
  ) -> (disc: [[Double]], ring: [[Double]]) {
    let (points, targets) = (data.points.values, data.targets.values)
    func part(_ target: Double) -> [[Double]] {
      targets.indices.lazy.filter { targets[$0] == target }.prefix(count).map {
        [points[2 * $0], points[2 * $0 + 1]]
      }
    }
    return (part(-1), part(1))
  }
}
