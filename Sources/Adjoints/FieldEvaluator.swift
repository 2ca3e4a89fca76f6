import Platform
import Integrators
import Programs
import Transforms
import Tensors

/// The field of a plan for the integrator, and its vector–Jacobian product, in one workspace.
final class FieldEvaluator<Scalar: RowScalar>: RowField {
  let plan: SolvePlan
  let width: Int
  private var forward: [Int: Prepared] = [:]
  private var adjoint: [Int: Prepared] = [:]
  private let split: SolvePlan.SplitPrograms?
  /// The field as scalar programs; if present, they are used for everything.
  private let scalars: ScalarFieldEvaluator<Scalar>?
  private var keeping: Prepared?
  private var reading: Prepared?
  private var parameters: [UnsafeRawPointer] = []
  private let times: UnsafeMutablePointer<Double>
  private let stateRows: UnsafeMutablePointer<Scalar>
  private let resultRows: UnsafeMutablePointer<Scalar>
  private let cotangentRows: UnsafeMutablePointer<Scalar>
  /// Rows of each per-row parameter, and memory for their cotangents.
  private var parameterRows: [UnsafeMutablePointer<Scalar>?] = []
  private var parameterCotangentRows: [UnsafeMutablePointer<Scalar>?] = []
  private var generation = 0
  private(set) var evaluations = 0
  private(set) var products = 0
  /// Products that read saved values of an evaluation.
  private(set) var keptProducts = 0

  private final class Prepared {
    let workspace: Workspace
    var generation = -1
    init(_ program: Program) { workspace = Workspace(program) }
  }

  init(_ plan: SolvePlan) {
    self.plan = plan
    split = plan.splitPrograms()
    scalars = plan.scalarPrograms.map { ScalarFieldEvaluator($0, plan) }
    width = plan.solverWidth
    let count = plan.stateType.count
    times = .allocate(capacity: plan.batch)
    times.initialize(repeating: 0, count: plan.batch)
    func rows(_ count: Int) -> UnsafeMutablePointer<Scalar> {
      let memory = UnsafeMutablePointer<Scalar>.allocate(capacity: max(count, 1))
      memory.initialize(repeating: 0, count: max(count, 1))
      return memory
    }
    stateRows = rows(count)
    resultRows = rows(count)
    cotangentRows = rows(count)
    for (type, isPerRow) in zip(plan.parameterTypes, plan.isPerRow) {
      parameterRows.append(isPerRow ? rows(type.count) : nil)
      parameterCotangentRows.append(isPerRow ? rows(type.count) : nil)
    }
  }

  deinit {
    times.deallocate()
    stateRows.deallocate()
    resultRows.deallocate()
    cotangentRows.deallocate()
    for memory in parameterRows + parameterCotangentRows { memory?.deallocate() }
  }

  /// Sets new parameter values: packed weights are recomputed on next use.
  func bind(_ parameters: [UnsafeRawPointer]) {
    self.parameters = parameters
    scalars?.bind(parameters)
    generation += 1
    evaluations = 0
    products = 0
    keptProducts = 0
  }

  func resetCounters() {
    evaluations = 0
    products = 0
    keptProducts = 0
  }

  // MARK: - RowField

  /// The fast path for the integrator.
  var rowField: any RowField<Scalar> { scalars ?? self }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    times rowTimes: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, derivatives: UnsafeMutablePointer<Scalar>
  ) {
    evaluations += 1
    if let scalars {
      scalars.evaluate(
        times: rowTimes, states: states, rows: rows, rowNumbers: rowNumbers,
        derivatives: derivatives)
      return
    }
    let bucket = plan.bucket(for: rows)
    let isWhole = plan.sharing == .joint || rows == bucket
    let prepared = forward[bucket] ?? make(&forward, bucket, plan.forwardProgram(bucket: bucket))
    let workspace = prepared.workspace
    bindArguments(
      workspace, times: rowTimes, states: states, rows: rows, bucket: bucket,
      rowNumbers: rowNumbers, isWhole: isWhole)
    workspace.setOutput(0, isWhole ? derivatives : resultRows)
    run(prepared)
    if !isWhole { derivatives.update(from: resultRows, count: rows * width) }
  }

  var keptCount: Int { split?.count ?? 0 }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    times rowTimes: UnsafePointer<Double>, states: UnsafePointer<Scalar>,
    derivatives: UnsafeMutablePointer<Scalar>, keeping kept: UnsafeMutablePointer<Scalar>
  ) {
    guard let split else { preconditionFailure("a field that saves nothing") }
    evaluations += 1
    let prepared = keeping ?? Prepared(split.forward)
    keeping = prepared
    let workspace = prepared.workspace
    bindWhole(workspace, time: rowTimes[0], states: states)
    workspace.setOutput(0, derivatives)
    for (place, offset) in split.offsets.enumerated() {
      workspace.setOutput(place + 1, kept + offset)
    }
    run(prepared)
  }

  /// The product of an evaluation whose intermediate values were saved.
  private func multiply(
    _ split: SolvePlan.SplitPrograms, time: Double, states: UnsafePointer<Scalar>,
    cotangents: UnsafePointer<Scalar>, kept: UnsafeMutablePointer<Scalar>,
    result: UnsafeMutablePointer<Scalar>, gradients: [UnsafeMutablePointer<Scalar>]
  ) {
    let prepared = reading ?? Prepared(split.backward)
    reading = prepared
    let workspace = prepared.workspace
    bindWhole(workspace, time: time, states: states)
    workspace.setParameter(parameters.count + 2, cotangents)
    for (place, offset) in split.offsets.enumerated() {
      workspace.setParameter(parameters.count + 3 + place, kept + offset)
    }
    workspace.setOutput(0, result)
    for (place, gradient) in gradients.enumerated() {
      workspace.setOutput(place + 1, parameterCotangentRows[place] ?? gradient)
    }
    run(prepared)
  }

  private func bindWhole(_ workspace: Workspace, time: Double, states: UnsafePointer<Scalar>) {
    times[0] = time
    workspace.setParameter(0, times)
    workspace.setParameter(1, states)
    for (place, parameter) in parameters.enumerated() {
      workspace.setParameter(place + 2, parameter)
    }
  }

  /// Runs a program, and its invariant part first if the parameters are new.
  private func run(_ prepared: Prepared) {
    if prepared.generation != generation {
      prepared.workspace.prepare()
      prepared.generation = generation
    }
    prepared.workspace.run()
  }

  /// The vector–Jacobian product `v ↦ vᵀ ∂f/∂(z, θ)` at rows of states.
  ///
  /// The state's part is written to `result`, the parameters' parts are added to (for a backsolve,
  /// written to) `gradients`. A backsolve also needs `f`, in `derivative`.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func multiply(
    times rowTimes: UnsafePointer<Double>, states: UnsafePointer<Scalar>, rows: Int,
    rowNumbers: UnsafePointer<Int32>, cotangents: UnsafePointer<Scalar>,
    kept: UnsafeMutablePointer<Scalar>? = nil,
    derivative: UnsafeMutablePointer<Scalar>? = nil, result: UnsafeMutablePointer<Scalar>,
    gradients: [UnsafeMutablePointer<Scalar>]
  ) {
    products += 1
    if let scalars {
      scalars.multiply(
        times: rowTimes, states: states, rows: rows, rowNumbers: rowNumbers,
        cotangents: cotangents, derivative: derivative, result: result, gradients: gradients)
      return
    }
    if let kept, let split {
      keptProducts += 1
      multiply(
        split, time: rowTimes[0], states: states, cotangents: cotangents, kept: kept,
        result: result, gradients: gradients)
      addRowCotangents(gradients, rows: rows, rowNumbers: rowNumbers)
      return
    }
    let bucket = plan.bucket(for: rows)
    let isWhole = plan.sharing == .joint || rows == bucket
    let prepared = adjoint[bucket] ?? make(&adjoint, bucket, plan.adjointProgram(bucket: bucket))
    let workspace = prepared.workspace
    bindArguments(
      workspace, times: rowTimes, states: states, rows: rows, bucket: bucket,
      rowNumbers: rowNumbers, isWhole: isWhole)
    if isWhole {
      workspace.setParameter(parameters.count + 2, cotangents)
    } else {
      cotangentRows.update(from: cotangents, count: rows * width)
      (cotangentRows + rows * width).update(repeating: 0, count: (bucket - rows) * width)
      workspace.setParameter(parameters.count + 2, cotangentRows)
    }
    if let derivative { workspace.setOutput(0, derivative) }
    let first = derivative == nil ? 0 : 1
    workspace.setOutput(first, isWhole ? result : resultRows)
    for (place, gradient) in gradients.enumerated() {
      workspace.setOutput(first + place + 1, parameterCotangentRows[place] ?? gradient)
    }
    run(prepared)
    if !isWhole { result.update(from: resultRows, count: rows * width) }
    addRowCotangents(gradients, rows: rows, rowNumbers: rowNumbers)
  }

  // MARK: - Private

  private func make(
    _ cache: inout [Int: Prepared], _ bucket: Int, _ program: Program
  ) -> Prepared {
    let made = Prepared(program)
    cache[bucket] = made
    return made
  }

  private func bindArguments(
    _ workspace: Workspace, times rowTimes: UnsafePointer<Double>, states: UnsafePointer<Scalar>,
    rows: Int, bucket: Int, rowNumbers: UnsafePointer<Int32>, isWhole: Bool
  ) {
    if isWhole {
      workspace.setParameter(0, rowTimes)
      workspace.setParameter(1, states)
    } else {
      times.update(from: rowTimes, count: rows)
      stateRows.update(from: states, count: rows * width)
      workspace.setParameter(0, times)
      for row in rows..<bucket {
        times[row] = times[0]
        (stateRows + row * width).update(from: states, count: width)
      }
      workspace.setParameter(1, stateRows)
    }
    for (place, parameter) in parameters.enumerated() {
      if let gathered = parameterRows[place], plan.sharing == .perRow, !isIdentity(rowNumbers, rows)
      {
        let size = plan.parameterTypes[place].count / plan.batch
        let source = parameter.assumingMemoryBound(to: Scalar.self)
        for row in 0..<bucket {
          let number = Int(rowNumbers[row < rows ? row : 0])
          (gathered + row * size).update(from: source + number * size, count: size)
        }
        workspace.setParameter(place + 2, gathered)
      } else {
        workspace.setParameter(place + 2, parameter)
      }
    }
  }

  private func isIdentity(_ rowNumbers: UnsafePointer<Int32>, _ rows: Int) -> Bool {
    rows == plan.batch
  }

  private func addRowCotangents(
    _ gradients: [UnsafeMutablePointer<Scalar>], rows: Int, rowNumbers: UnsafePointer<Int32>
  ) {
    for (place, memory) in parameterCotangentRows.enumerated() {
      guard let memory else { continue }
      let size = plan.parameterTypes[place].count / plan.batch
      let rows = plan.sharing == .joint ? plan.batch : rows
      for row in 0..<rows {
        let number = plan.sharing == .joint ? row : Int(rowNumbers[row])
        for i in 0..<size { gradients[place][number * size + i] += memory[row * size + i] }
      }
    }
  }
}
