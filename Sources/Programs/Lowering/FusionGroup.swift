import Platform
import CKernels
import Graphs
import Tensors

/// Elementwise instructions of one shape that run as one fused step.
struct FusionGroup {
  var shape: [Int]
  var scalar: ScalarType
  var isInvariant: Bool
  /// Indices in the graph, in its order.
  var places: [Int]
  /// Distinct values from outside of the group.
  var inputs: [Int]

  /// The largest number of registers of a fused step.
  var registerBound: Int { places.count + inputs.count }
}

extension Lowerer {
  /// Adds an elementwise instruction to the group of its operands, or opens one.
  mutating func join(_ instruction: Graph.Instruction, at place: Int) {
    let result = instruction.results.lowerBound
    let type = graph.types[result]
    var group = FusionGroup(
      shape: type.shape, scalar: type.scalar, isInvariant: isInvariant[result], places: [],
      inputs: [])
    var merged: [Int] = []
    for operand in instruction.operands {
      guard views[operand] == nil, let number = groupOf[operand], let open = groups[number]
      else { continue }
      if merged.contains(number) { continue }
      let fits =
        open.shape == group.shape && open.scalar == group.scalar
        && open.isInvariant == group.isInvariant
        && group.registerBound + open.registerBound + instruction.operands.count < 30
      guard fits else {
        close(number)
        continue
      }
      group.places += open.places
      group.inputs += open.inputs.filter { !group.inputs.contains($0) }
      merged.append(number)
    }
    group.places = group.places.sorted() + [place]
    for operand in instruction.operands {
      if views[operand] == nil, let number = groupOf[operand], merged.contains(number) { continue }
      _ = view(of: operand)
      if !group.inputs.contains(operand) { group.inputs.append(operand) }
    }
    for number in merged { groups[number] = nil }
    groups.append(group)
    for member in group.places {
      groupOf[graph.instructions[member].results.lowerBound] = groups.count - 1
    }
  }

  /// Emits a group's step; its values that are used outside get views.
  mutating func close(_ number: Int) {
    guard let group = groups[number] else { return }
    groups[number] = nil
    let members = Set(group.places)
    var inputs = group.inputs.map { views[$0]! }
    let dense = View.denseStrides(group.shape)
    var (sizes, strides) = View.collapse(group.shape, inputs.map(\.strides) + [dense])
    if sizes.count > Int(nk_max_dimensions) {
      inputs = inputs.map {
        $0.isDense || $0.strides.allSatisfy { $0 == 0 }
          ? $0 : materialized($0, invariant: group.isInvariant)
      }
      (sizes, strides) = View.collapse(group.shape, inputs.map(\.strides) + [dense])
    }
    let needed = group.places.map { graph.instructions[$0].results.lowerBound }.filter { value in
      uses[value] > consumers[value].count { members.contains($0) }
    }
    var targets: [(view: View, accumulate: Bool)] = []
    for value in needed {
      let target = makeTarget(for: value)
      views[value] = target.view
      targets.append(target)
    }
    let code = assemble(group, outputs: needed)
    emitFused(
      code.steps, scalar: group.scalar,
      inputs: inputs.enumerated().map { ($0.element.location, strides[$0.offset]) }, sizes: sizes,
      outputs: targets.enumerated().map {
        ($0.element.view.location, code.registers[$0.offset], $0.element.accumulate)
      }, invariant: group.isInvariant)
  }

  /// `target += source`, for an accumulated output whose value is needed elsewhere too.
  mutating func emitAddition(of source: View, to target: View) {
    let dense = View.denseStrides(target.shape)
    let (sizes, strides) = View.collapse(source.shape, [source.strides, dense])
    let copy = nk_step(
      operation: UInt8(nk_copy.rawValue), target: 1, a: 0, b: 0, c: 0, constant: 0)
    emitFused(
      [copy], scalar: source.scalar, inputs: [(source.location, strides[0])], sizes: sizes,
      outputs: [(target.location, 1, true)], invariant: false)
  }

  private mutating func emitFused(
    _ steps: [nk_step], scalar: ScalarType, inputs: [(location: Location, strides: [Int])],
    sizes: [Int], outputs: [(location: Location, register: UInt8, accumulate: Bool)],
    invariant: Bool
  ) {
    let firstInput = inputTemplates.count
    for input in inputs {
      var template = nk_input()
      withUnsafeMutableBytes(of: &template.stride) { bytes in
        let strides = bytes.bindMemory(to: Int.self)
        for axis in input.strides.indices { strides[axis] = input.strides[axis] }
      }
      inputTemplates.append(template)
    }
    emit(
      .fused(
        FusedStep(
          isDouble: scalar == .float64, steps: .copy(of: steps), firstInput: firstInput,
          inputs: .copy(of: inputs.map(\.location)), sizes: .copy(of: sizes),
          firstOutput: outputCount, outputs: .copy(of: outputs.map(\.location)),
          registers: .copy(of: outputs.map(\.register)),
          accumulate: .copy(of: outputs.map(\.accumulate)))), invariant: invariant)
    outputCount += outputs.count
  }

  // MARK: - Code of a group

  /// Assigns registers by last use; inputs keep theirs, outputs keep theirs to the end.
  private func assemble(
    _ group: FusionGroup, outputs: [Int]
  ) -> (steps: [nk_step], registers: [UInt8]) {
    var register: [Int: UInt8] = [:]
    for (place, value) in group.inputs.enumerated() { register[value] = UInt8(place) }
    var lastUse: [Int: Int] = [:]
    for place in group.places {
      for operand in graph.instructions[place].operands { lastUse[operand] = place }
    }
    var free: [UInt8] = []
    var next = UInt8(group.inputs.count)
    let kept = Set(group.inputs + outputs)
    var steps: [nk_step] = []
    for place in group.places {
      let instruction = graph.instructions[place]
      let operands = instruction.operands
      var step = code(instruction)
      for operand in Set(operands) where lastUse[operand] == place && !kept.contains(operand) {
        free.append(register[operand]!)
      }
      let target: UInt8
      if let reused = free.popLast() {
        target = reused
      } else {
        target = next
        next += 1
      }
      register[instruction.results.lowerBound] = target
      step.target = target
      let arguments = arguments(of: instruction).map { register[$0]! }
      step.a = arguments[0]
      step.b = arguments.count > 1 ? arguments[1] : 0
      step.c = arguments.count > 2 ? arguments[2] : 0
      steps.append(step)
    }
    return (steps, outputs.map { register[$0]! })
  }

  private func splatValue(_ value: Int) -> Double? { splats[value] }

  /// Register operands of an instruction; a constant that is part of the step is omitted.
  private func arguments(of instruction: Graph.Instruction) -> [Int] {
    guard case .binary(let function) = instruction.operation else { return instruction.operands }
    let (a, b) = (instruction.operands[0], instruction.operands[1])
    switch function {
    case .add, .multiply:
      if splatValue(b) != nil { return [a] }
      if splatValue(a) != nil { return [b] }
    case .subtract:
      if splatValue(b) != nil { return [a] }
    default: break
    }
    return instruction.operands
  }

  private func code(_ instruction: Graph.Instruction) -> nk_step {
    var step = nk_step()
    func set(_ operation: nk_operation, _ constant: Double = 0) {
      step.operation = UInt8(operation.rawValue)
      step.constant = constant
    }
    switch instruction.operation {
    case .unary(let function): set(function.kernel)
    case .binary(let function):
      let constant =
        splatValue(instruction.operands[1])
        ?? (function == .subtract ? nil : splatValue(instruction.operands[0]))
      switch (function, constant) {
      case (.add, let c?): set(nk_add_constant, c)
      case (.multiply, let c?): set(nk_multiply_constant, c)
      case (.subtract, let c?): set(nk_add_constant, -c)
      default: set(function.kernel)
      }
    case .compare(let comparison): set(comparison.kernel)
    case .select: set(nk_select)
    default: preconditionFailure("\(instruction.operation) is not elementwise")
    }
    return step
  }
}

extension UnaryFunction {
  var kernel: nk_operation {
    switch self {
    case .negate: nk_negate
    case .reciprocal: nk_reciprocal
    case .square: nk_square
    case .sqrt: nk_sqrt
    case .abs: nk_abs
    case .sign: nk_sign
    case .floor: nk_floor
    case .exp: nk_exp
    case .expm1: nk_expm1
    case .log: nk_log
    case .log1p: nk_log1p
    case .sin: nk_sin
    case .cos: nk_cos
    case .tanh: nk_tanh
    case .sigmoid: nk_sigmoid
    case .softplus: nk_softplus
    case .erf: nk_erf
    }
  }
}

extension BinaryFunction {
  var kernel: nk_operation {
    switch self {
    case .add: nk_add
    case .subtract: nk_subtract
    case .multiply: nk_multiply
    case .divide: nk_divide
    case .power: nk_power
    case .minimum: nk_minimum
    case .maximum: nk_maximum
    }
  }
}

extension Comparison {
  var kernel: nk_operation {
    switch self {
    case .less: nk_less
    case .lessOrEqual: nk_less_or_equal
    case .equal: nk_equal
    }
  }
}
