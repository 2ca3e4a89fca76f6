import Graphs
import Integrators
import Programs
import Transforms
import Tensors

/// A function of the time, the state and the parameters of one row, and its vector–Jacobian product.
final class RowFunction<Scalar: RowScalar> {
  private let forward: Workspace
  private let adjoint: Workspace
  /// Elements per row of each per-row parameter, 0 for parameters that the rows share.
  private let rowSizes: [Int]
  private var parameters: [UnsafeRawPointer] = []
  private let time: UnsafeMutablePointer<Double>
  /// The last product: cotangents of the time, the state and each parameter, with its count.
  let timeCotangent: UnsafeMutablePointer<Double>
  let stateCotangent: UnsafeMutableBufferPointer<Scalar>
  let parameterCotangents: [UnsafeMutableBufferPointer<Scalar>]

  /// A function of one row.
  ///
  /// - Parameter graph: of one row, `(time, state, θ…)`.
  init(_ graph: Graph, isPerRow: [Bool]) {
    func numbers(_ type: TensorType) -> UnsafeMutableBufferPointer<Scalar> {
      let memory = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: type.count)
      memory.initialize(repeating: 0)
      return memory
    }
    let types = graph.parameterTypes
    forward = Workspace(Program(graph))
    adjoint = Workspace(Program(graph.vjp(wrt: Array(types.indices), includingOutputs: false)))
    rowSizes = zip(types.dropFirst(2), isPerRow).map { $1 ? $0.count : 0 }
    time = .allocate(capacity: 1)
    timeCotangent = .allocate(capacity: 1)
    time.initialize(to: 0)
    timeCotangent.initialize(to: 0)
    stateCotangent = numbers(types[1])
    parameterCotangents = types.dropFirst(2).map(numbers)
    adjoint.setOutput(0, timeCotangent)
    for (place, memory) in ([stateCotangent] + parameterCotangents).enumerated() {
      if let address = memory.baseAddress { adjoint.setOutput(place + 1, address) }
    }
  }

  deinit {
    time.deallocate()
    timeCotangent.deallocate()
    stateCotangent.deallocate()
    for memory in parameterCotangents { memory.deallocate() }
  }

  /// Sets new parameter values, of all rows.
  func bind(_ parameters: [UnsafeRawPointer]) { self.parameters = parameters }

  func evaluate(
    row: Int, time: Double, state: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>
  ) {
    forward.setOutput(0, result)
    run(forward, row, time, state)
  }

  /// Sets the cotangents to those of `cotangentᵀ · function`.
  func multiply(
    row: Int, time: Double, state: UnsafePointer<Scalar>, cotangent: UnsafePointer<Scalar>
  ) {
    adjoint.setParameter(parameters.count + 2, cotangent)
    run(adjoint, row, time, state)
  }

  /// Adds a multiple of the parameters' cotangents to those of all rows.
  func addCotangents(
    times factor: Scalar, row: Int, to gradients: [UnsafeMutablePointer<Scalar>]
  ) {
    for (place, memory) in parameterCotangents.enumerated() {
      let gradient = gradients[place] + rowSizes[place] * row
      for (index, value) in memory.enumerated() { gradient[index] += factor * value }
    }
  }

  private func run(
    _ workspace: Workspace, _ row: Int, _ time: Double, _ state: UnsafePointer<Scalar>
  ) {
    self.time.pointee = time
    workspace.setParameter(0, self.time)
    workspace.setParameter(1, state)
    for (place, parameter) in parameters.enumerated() {
      let offset = rowSizes[place] * row * MemoryLayout<Scalar>.stride
      workspace.setParameter(place + 2, parameter + offset)
    }
    workspace.prepare()
    workspace.run()
  }
}
