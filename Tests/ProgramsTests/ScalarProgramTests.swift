import CAllocations
import CKernels
import Graphs
import Programs
import Transforms
import Tensors
import TestSupport
import Testing

/// Scalar programs against the reference interpreter, which shares no code with them.
struct ScalarProgramTests {
  private func run(
    _ program: ScalarProgram, _ elements: [[Double]], _ types: [TensorType]
  ) -> [[Double]] {
    let inputs = zip(elements, types).map { values, type in
      type.scalar == .float32
        ? Storage(values.map { Float($0) }, shape: type.shape) : Storage(values, shape: type.shape)
    }
    return ScalarWorkspace(program)(inputs).map(\.doubles)
  }

  private func expectClose(
    _ ours: [[Double]], _ reference: [[Double]], tolerance: Double, _ name: String
  ) {
    for (a, b) in zip(ours, reference) {
      #expect(a.count == b.count)
      let scale = b.map { Swift.abs($0) }.max() ?? 0
      for (x, y) in zip(a, b) where !(x == y || (x.isNaN && y.isNaN)) {
        #expect(Swift.abs(x - y) <= tolerance * Swift.max(1, scale), "\(name): \(x) and \(y)")
      }
    }
  }

  @Test(arguments: OperationCase.all, [ScalarType.float64, .float32])
  func `values are the reference's`(_ operation: OperationCase, _ scalar: ScalarType) {
    let graph = operation.graph(scalar)
    let elements = operation.elements()
    guard let program = ScalarProgram(graph) else {
      #expect(graph.hasOperationWithoutScalarForm, "\(operation.name)")
      return
    }
    // A few hundred roundings of 2⁻⁵³ or 2⁻²⁴.
    expectClose(
      run(program, elements, graph.parameterTypes), ReferenceInterpreter.run(graph, elements),
      tolerance: scalar == .float64 ? 1e-13 : 3e-5, operation.name)
  }

  @Test(arguments: OperationCase.all)
  func `gradients are the reference's, with any parameters invariant`(_ operation: OperationCase) {
    let graph = operation.graph(.float64).vjp(wrt: operation.differentiable)
    let cotangents = graph.parameterTypes.dropFirst(operation.inputs.count).enumerated().map {
      type in (0..<type.element.count).map { Double(($0 * 7 + type.offset) % 5) - 1.75 }
    }
    let elements = operation.elements() + cotangents
    let isDouble = graph.types.allSatisfy { $0.scalar == .float64 }
    let expected = ReferenceInterpreter.run(graph, elements)
    for invariant in [[], Set(operation.inputs.indices), Set(graph.parameters.indices)] {
      guard let program = ScalarProgram(graph, invariant: invariant) else { return }
      // The reference keeps doubles where a program converts to float32.
      expectClose(
        run(program, elements, graph.parameterTypes), expected, tolerance: isDouble ? 1e-12 : 1e-7,
        operation.name)
    }
  }

  /// Everything that a scalar program can hold, and a conversion in both directions.
  private static let mixed = trace([
    TensorType([], .float64), TensorType([3], .float32), TensorType([2], .float64),
  ]) { x in
    let wave = sin(x[0] * x[2].at(0)) * exp(x[2].at(1))
    let slope = tanh(x[1]) * wave.converted(to: .float32) + pow(abs(x[1]), x[1] + 2)
    let total = (slope * x[1]).sum().converted(to: .float64) * x[0]
    return [slope, select(slope .< x[1], sigmoid(slope), erf(x[1])), total]
  }

  @Test func `a row has the same bits among any rows, at any level`() throws {
    let graph = Self.mixed
    let program = try #require(ScalarProgram(graph, invariant: [2]))
    var random = SeededGenerator(seed: 3)
    let count = 211
    let times = Storage(random.numbers(count, in: -3...200_000), shape: [count])
    let states = Storage(random.numbers(3 * count).map { Float($0) }, shape: [count, 3])
    let parameters = Storage([1.7, -0.3], shape: [2])
    /// The outputs of rows, those of one row together.
    func evaluate(_ rows: Range<Int>, capacity: Int) -> [[Double]] {
      let workspace = ScalarWorkspace(program, rows: capacity)
      let outputs = program.outputTypes.map { type in
        Storage(TensorType([rows.count] + type.shape, type.scalar)) { _ in }
      }
      workspace.setParameter(0, times.bytes + 8 * rows.lowerBound)
      workspace.setParameter(1, states.bytes + 12 * rows.lowerBound)
      workspace.setParameter(2, parameters.bytes)
      for (place, output) in outputs.enumerated() {
        workspace.setOutput(place, output.mutableBytes)
      }
      withExtendedLifetime((times, states, parameters)) {
        workspace.prepare()
        workspace.run(rows: rows.count)
      }
      let values = outputs.map(\.doubles)
      return (0..<rows.count).map { row in
        let place = 3 * row..<3 * row + 3
        return Array(values[0][place]) + Array(values[1][place]) + [values[2][row]]
      }
    }
    for level in [nk_level_base, nk_level_v3, nk_level_v4] {
      defer { nk_level_select(nk_level_supported()) }
      if nk_level_select(level) != level { continue }
      let whole = evaluate(0..<count, capacity: count)
      for row in 0..<count {
        let elements = [
          [times.doubles[row]], Array(states.doubles[3 * row..<3 * row + 3]), parameters.doubles,
        ]
        let expected = ReferenceInterpreter.run(graph, elements)
        // Single precision in the state.
        for (a, b) in zip(whole[row], expected.flatMap { $0 }) {
          #expect(abs(a - b) <= 1e-5 * max(1, abs(b)))
        }
      }
      for capacity in [1, 16, 40, 1000] {
        #expect(evaluate(0..<count, capacity: capacity) == whole)
        for rows in [0..<1, 7..<8, 5..<20, 100..<133, 210..<211] {
          #expect(evaluate(rows, capacity: capacity) == Array(whole[rows]))
        }
      }
    }
  }

  @Test func `outputs add over rows in their order, and at numbered rows`() throws {
    let type = TensorType([2], .float64)
    let graph = trace([type, type]) { [$0[0] * $0[1], $0[0] * $0[1]] }
    let program = try #require(ScalarProgram(graph, invariant: [1]))
    let workspace = ScalarWorkspace(program, rows: 50)
    var random = SeededGenerator(seed: 5)
    let rows = random.numbers(100)
    let inputs = [Storage(rows, shape: [50, 2]), Storage([3.0, -7], shape: [2])]
    let outputs = [
      Storage([1.0, 2], shape: [2]), Storage([Double](repeating: 4, count: 100), shape: [50, 2]),
    ]
    let numbers = UnsafeMutablePointer<Int32>.allocate(capacity: 50)
    defer { numbers.deallocate() }
    for row in 0..<50 { numbers[row] = Int32((7 * row) % 50) }
    workspace.setParameter(0, inputs[0].bytes, numbers: numbers)
    workspace.setParameter(1, inputs[1].bytes)
    workspace.setOutput(0, outputs[0].mutableBytes, isSum: true)
    workspace.setOutput(1, outputs[1].mutableBytes, addingAt: numbers)
    withExtendedLifetime(inputs) {
      workspace.prepare()
      workspace.run(rows: 50)
    }
    let factors = inputs[1].doubles
    for element in 0..<2 {
      let products = (0..<50).map { rows[2 * $0 + element] * factors[element] }
      let sum = (0..<50).reduce([1.0, 2][element]) { $0 + products[Int(numbers[$1])] }
      #expect(outputs[0].doubles[element] == sum)
      for row in 0..<50 { #expect(outputs[1].doubles[2 * row + element] == 4 + products[row]) }
    }
  }

  @Test func `known zeros and equal parts cost nothing`() throws {
    // Joined slices, the way fields are written.
    let graph = trace([TensorType([1, 2], .float64)]) { y in
      let (x, v) = (y[0].sliced(0..<1, axis: 1), y[0].sliced(1..<2, axis: 1))
      return [concatenate([v, 5 * (1 - x * x) * v - x], axis: 1)]
    }
    #expect(ScalarProgram(graph)?.instructionCount == 5)
    // By hand: a = λ₂·v·5, −2·x·a − λ₂ and λ₁ + 5·(1 − x²)·λ₂, of which the products with 5 are two.
    let product = graph.vjp(includingOutputs: false)
    #expect(try #require(ScalarProgram(product)).instructionCount <= 11)
    let zeros = trace([TensorType([3], .float64)]) { x in
      [(x[0].padded(low: [2], high: [2]) * 3 + x[0].padded(low: [4], high: [0])).sum()]
    }
    // Of 3 (x₀ + x₁ + x₂) + x₀ + x₁ + x₂ only what lies in one place is added before.
    #expect(try #require(ScalarProgram(zeros)).instructionCount == 8)
  }

  @Test func `a factor is 0 where a branch is not taken, whatever the slope is there`() throws {
    let graph = trace([TensorType([2], .float64)]) { x in
      let (a, b) = (x[0].at(0), x[0].at(1))
      let roots = log(a) + sqrt(a) * exp(-1000 * a)
      return [select(a .> 0, roots, 3 * a) + select(a .> 1, roots * b, b) + max(sqrt(b), a + 2)]
    }.vjp(includingOutputs: false)
    let program = try #require(ScalarProgram(graph))
    for (x, expected) in [([-2.0, 1.0], [3.0, 1.5]), ([-1, 0], [4, 1]), ([0, 0], [4, 1])] {
      #expect(run(program, [x, [1]], graph.parameterTypes)[0] == expected)
      let inputs = [x, [1]].map { Storage($0, shape: $0.count == 1 ? [] : [2]) }
      #expect(Program(graph)(inputs)[0].doubles == expected, "\(graph.optimized)")
    }
  }

  @Test func `long chains are no deep recursion`() throws {
    let graph = trace([TensorType([1], .float64)]) { x in
      [(0..<20_000).reduce(x[0]) { sum, step in sin(sum) + Double(step) }]
    }
    #expect(ScalarProgram(graph)?.instructionCount == 39_999)
    #expect(ScalarProgram(graph, limit: 1000) == nil)
  }

  @Test(.enabled(if: allocations_are_counted()))
  func `a run allocates nothing`() throws {
    let program = try #require(ScalarProgram(Self.mixed, invariant: [2]))
    let workspace = ScalarWorkspace(program)
    let storages = (program.parameterTypes + program.outputTypes).map { type in
      type.scalar == .float32
        ? Storage([Float](repeating: 0.5, count: type.count), shape: type.shape)
        : Storage([Double](repeating: 2, count: type.count), shape: type.shape)
    }
    let allocations = withExtendedLifetime(storages) {
      for place in 0..<3 {
        workspace.setParameter(place, storages[place].bytes)
        workspace.setOutput(place, storages[3 + place].mutableBytes)
      }
      workspace.prepare()
      workspace.run(rows: 1)
      allocations_begin()
      for _ in 0..<100 {
        workspace.prepare()
        workspace.run(rows: 1)
      }
      return allocations_end()
    }
    #expect(allocations == 0)
  }
}

extension Graph {
  fileprivate var hasOperationWithoutScalarForm: Bool {
    instructions.contains { instruction in
      switch instruction.operation {
      case .convolution, .gather, .scatterAdd, .custom: true
      default: false
      }
    }
  }
}
