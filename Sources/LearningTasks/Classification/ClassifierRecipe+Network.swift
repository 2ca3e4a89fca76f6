import Platform

extension ClassifierRecipe {
  /// The layers between stem and head.
  public enum Layers: String, CaseIterable, Sendable {
    /// One block as a field, with gradients by the adjoint equation.
    case odeNet = "ode-net"
    /// One block as a field, with gradients through the solver's steps.
    case rungeKuttaNet = "rk-net"
    /// A stack of residual blocks.
    case resNet = "resnet"
    /// One layer whose weights follow their own equation, by Euler steps.
    case evolving = "anodev2"
  }

  /// The source of further dimensions of the state.
  public enum Widening: String, CaseIterable, Sendable {
    case none, zeros, lift
    case secondOrder = "second-order"

    /// Whether the number of further dimensions can be chosen.
    public var isCounted: Bool { self == .zeros || self == .lift }
  }

  /// The bound on the rate of evolving weights.
  public enum WeightActivation: String, CaseIterable, Sendable {
    case none, tanh
  }

  /// The default number of further dimensions: the paper's best on its toy data.
  public static let usualDimensions = 5

  /// Further dimensions by zeros or a lift; `nil` for other states.
  public var furtherDimensions: Int? {
    augmentation.isCounted ? augmentedDimensions ?? Self.usualDimensions : nil
  }

  /// Whether the recipe's file is a folder of images.
  func isOfImages(_ file: String) -> Bool {
    FileSystem.isDirectory(file) == true || (name == Self.fashion.name && label == nil)
  }

  // MARK: Named forms

  /// A named form of the network.
  public enum Form: String, CaseIterable, Sendable {
    case odeNet = "ode-net"
    /// Dupont, Doucet and Teh 2019: no layer before the flow of a table's rows, zeros in addition
    /// to the features.
    case anode
    /// Zhang and others 2019, configuration 1: five Euler steps on one grid with the weights.
    case anodev2
  }

  /// The form of the recipe.
  public var form: Form {
    layers == .evolving ? .anodev2 : augmentation.isCounted ? .anode : .odeNet
  }

  /// Applies the settings of a form.
  public mutating func take(_ form: Form) {
    switch form {
    case .odeNet: break
    case .anode:
      augmentation = .zeros
      hasStem = file.map(isOfImages) ?? false
    case .anodev2:
      layers = .evolving
      solverSteps = 5
    }
  }

  // MARK: Invalid combinations

  /// The largest number of solver steps, and of steps of evolving weights in total.
  private static let stepLimit = 10_000

  /// Refuses further dimensions without a flow, and more steps of weights than can be unrolled.
  public func check() throws(ConfigurationError) {
    if solverSteps > Self.stepLimit {
      throw .wrongValue(
        key: "solver.steps", value: "\(solverSteps)",
        expected: "a whole number from 1 to \(Self.stepLimit)")
    }
    let most = max(1, Self.stepLimit / solverSteps)
    if layers == .evolving && weightSteps > most {
      throw .wrongValue(
        key: "solver.weightSteps", value: "\(weightSteps)",
        expected: "at most \(most) beside \(solverSteps) solver.steps")
    }
    let isFlow = layers == .odeNet || layers == .rungeKuttaNet
    if augmentation != .none && !isFlow {
      throw .requires(
        key: "network.augmentation", value: augmentation.rawValue, other: "network.layers",
        options: [Layers.odeNet.rawValue, Layers.rungeKuttaNet.rawValue], found: layers.rawValue)
    }
  }

  /// Refuses settings that images, or tables, do not have.
  func check(for data: LabelledData) throws(ConfigurationError) {
    guard data.isImages else {
      let usual = usual
      if crop != usual.crop { throw .ofOtherData(key: "training.crop", isForImages: true) }
      if mirrors != usual.mirrors {
        throw .ofOtherData(key: "training.mirrors", isForImages: true)
      }
      return
    }
    if label != nil { throw .ofOtherData(key: "data.label", isForImages: false) }
    if layers == .evolving {
      throw .tablesOnly(
        key: "network.layers", value: layers.rawValue,
        instead: Layers.allCases.filter { $0 != .evolving }.map(\.rawValue))
    }
    if !hasStem { throw .tablesOnly(key: "network.stem", value: "false", instead: ["true"]) }
  }
}
