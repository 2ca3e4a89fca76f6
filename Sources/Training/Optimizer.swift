import Platform
public import Tensors

/// A rule that updates parameters along a gradient; a value, like its moving averages.
public protocol Optimizer: Sendable {
  /// The step size as a function of the number of updates.
  var learningRate: Schedule { get set }
  /// The number of updates and the moving averages: everything that must be saved to continue.
  var state: OptimizerState { get set }

  /// Updates a model against its gradient, which has the model's own type.
  mutating func update<Model: TensorTree>(_ model: inout Model, along gradient: Model)

  /// Updates an array of parameters; the optimizer must have been made for an array of that length.
  mutating func update(_ values: inout [Double], along gradient: [Double])
}

extension Optimizer {
  /// The rate of the next update.
  public var currentRate: Double { learningRate(state.step) * state.rateScale }

  public mutating func update(_ values: inout [Double], along gradient: [Double]) {
    precondition(
      values.count == gradient.count,
      "\(values.count) values and a gradient of \(gradient.count) numbers")
    var tensor = Tensor(values)
    update(&tensor, along: Tensor(gradient))
    values = tensor.concreteStorage.elements(as: Double.self)
  }
}

/// The state of an optimizer: the number of updates and its moving averages.
///
/// As a tree it lists the averages as `first.NAME` and `second.NAME`, with the model's own names.
public struct OptimizerState: TensorTree {
  /// Number of updates.
  public internal(set) var step = 0
  /// Number of updates in the averages, for the correction of their bias.
  var age = 0
  /// A factor on every rate of the schedule: 1, halved at each rollback after divergence.
  public internal(set) var rateScale = 1.0

  private let names: [String]
  private let types: [TensorType]
  /// For each moving average, one array per tensor of the model.
  private var moments: [[Storage]]

  /// Zero averages for every tensor of a model; an optimizer has at most two averages.
  public init(for model: some TensorTree, moments count: Int) {
    let types = model.tensors.map(\.type)
    self.types = types
    names = model.tensorNames
    moments = (0..<count).map { _ in types.map(Storage.init(zeros:)) }
  }

  /// Zero averages and half the rate, after a return to an earlier model.
  mutating func restartAtHalfRate() {
    age = 0
    rateScale /= 2
    moments = moments.map { $0.map { Storage(zeros: $0.type) } }
  }

  /// The counters of a checkpoint.
  mutating func resume(updates: Int, age: Int, rateScale: Double) {
    step = updates
    self.age = age
    self.rateScale = rateScale
  }

  public mutating func visit(_ visitor: inout some TensorVisitor) {
    for (moment, title) in zip(moments.indices, ["first", "second"]) {
      visitor.enter(title)
      for (place, name) in names.enumerated() {
        var tensor = Tensor(storage: moments[moment][place])
        visitor.visit(name, &tensor)
        // A visitor that reads must return the same tensor; a graph being traced cannot be stored
        // here.
        if let storage = tensor.storage { moments[moment][place] = storage }
      }
      visitor.leave()
    }
  }

  /// Applies a rule to each element of a model and counts the update; for optimizers of your own.
  ///
  /// - Parameter rule: changes a value, given its gradient and its moving averages; averages that the state does not have
  ///   are 0. It computes in double precision, and the results are rounded to the model's scalar type.
  public mutating func update<Model: TensorTree>(
    _ model: inout Model, along gradient: Model,
    elementwise rule: (
      _ value: inout Double, _ gradient: Double, _ first: inout Double, _ second: inout Double
    ) -> Void
  ) {
    let count = moments.count
    update(&model, along: gradient) { arrays in
      switch arrays {
      case .float32(let arrays): arrays.apply(rule, moments: count)
      case .float64(let arrays): arrays.apply(rule, moments: count)
      }
    }
  }

  /// Applies a rule to each tensor of a model: counts the update, copies the values and passes them
  /// to the rule.
  mutating func update<Model: TensorTree>(
    _ model: inout Model, along gradient: Model, _ rule: (ParameterArrays) -> Void
  ) {
    let (values, slopes) = (model.tensors, gradient.tensors)
    precondition(
      values.map(\.type) == types && slopes.map(\.type) == types,
      "the optimizer was made for \(types), not for a model of \(values.map(\.type)) and a gradient "
        + "of \(slopes.map(\.type))")
    step += 1
    age += 1
    let moved = values.indices.map { place -> Tensor in
      for moment in moments.indices
      where !isKnownUniquelyReferenced(&moments[moment][place]) {
        moments[moment][place] = Storage(copying: moments[moment][place])
      }
      let result = Storage(copying: values[place].concreteStorage)
      let slope = slopes[place].concreteStorage
      rule(ParameterArrays(result, slope, moments.map { $0[place] }))
      return Tensor(storage: result)
    }
    model = model.replacingTensors(with: moved)
  }
}
