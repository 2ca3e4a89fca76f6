import CKernels
import TestSupport
import Testing

/// A fused program over random broadcasts, strides and aliases, and its plain twin.
private struct RandomProgram<T: KernelScalar> {
  var sizes: [Int]
  var arrays: [[T]]
  var strides: [[Int]]
  var steps: [nk_step]
  var outputRegisters: [UInt8]
  var accumulate: [Bool]
  /// The input whose array an output overwrites, if any.
  var aliases: [Int?]

  var total: Int { sizes.reduce(1, *) }

  init(using generator: inout SeededGenerator) {
    func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    sizes = (0..<random(1..<5)).map { _ in random(0..<9) == 0 ? random(100..<600) : random(1..<8) }
    while sizes.reduce(1, *) > 8000 { sizes[random(0..<sizes.count)] = 1 }
    if random(0..<40) == 0 { sizes[0] = 0 }
    arrays = []
    strides = []
    for _ in 0..<random(1..<5) {
      // Dense, broadcast along some dimensions, or with gaps.
      let kind = random(0..<3)
      var stride = [Int](repeating: 0, count: sizes.count)
      var count = 1
      for d in sizes.indices.reversed() {
        if kind > 0 && random(0..<2) == 0 { continue }
        if kind == 2 && random(0..<3) == 0 { count *= 2 }
        stride[d] = count
        count *= max(sizes[d], 1)
      }
      strides.append(stride)
      arrays.append(generator.numbers(count * 2 + 1).map { T($0) })
    }
    var registers = arrays.count
    let operations = [
      nk_add, nk_subtract, nk_multiply, nk_maximum, nk_minimum, nk_less, nk_select, nk_negate,
      nk_multiply_add, nk_add_constant, nk_multiply_constant, nk_copy,
    ]
    steps = []
    for _ in 0..<random(1..<6) {
      let target = random(0..<registers + 1)
      steps.append(
        nk_step(
          operation: UInt8(operations[random(0..<operations.count)].rawValue),
          target: UInt8(target), a: UInt8(random(0..<registers)), b: UInt8(random(0..<registers)),
          c: UInt8(random(0..<registers)), constant: 1.5))
      registers = max(registers, target + 1)
    }
    let outputs = random(1..<3)
    outputRegisters = (0..<outputs).map { _ in UInt8(random(0..<registers)) }
    accumulate = (0..<outputs).map { _ in random(0..<3) == 0 }
    aliases = []
    for _ in 0..<outputs {
      let input = random(0..<arrays.count)
      var dense = 1
      var isDense = true
      for d in sizes.indices.reversed() {
        if sizes[d] != 1 && strides[input][d] != dense { isDense = false }
        dense *= sizes[d]
      }
      aliases.append(isDense && random(0..<2) == 0 && !aliases.contains(input) ? input : nil)
    }
  }

  /// Element by element; a multiply-add is rounded once or twice, as the level does it.
  func plainResult(initial: [[T]], fusedMultiplyAdd: Bool) -> [[T]] {
    var results = initial
    for element in 0..<total {
      var rest = element
      var index = [Int](repeating: 0, count: sizes.count)
      for d in sizes.indices.reversed() {
        index[d] = rest % sizes[d]
        rest /= sizes[d]
      }
      var registers = zip(arrays, strides).map { array, stride in
        array[zip(index, stride).reduce(0) { $0 + $1.0 * $1.1 }]
      }
      for step in steps {
        let (a, b, c) = (
          registers[Int(step.a)], registers[Int(step.b)], registers[Int(step.c)]
        )
        let value: T
        switch nk_operation(UInt32(step.operation)) {
        case nk_add: value = a + b
        case nk_subtract: value = a - b
        case nk_multiply: value = a * b
        case nk_maximum: value = max(a, b)
        case nk_minimum: value = min(a, b)
        case nk_less: value = a < b ? 1 : 0
        case nk_select: value = a != 0 ? b : c
        case nk_negate: value = -a
        case nk_multiply_add: value = fusedMultiplyAdd ? c.addingProduct(a, b) : a * b + c
        case nk_add_constant: value = a + T(step.constant)
        case nk_multiply_constant: value = a * T(step.constant)
        default: value = a
        }
        if Int(step.target) == registers.count { registers.append(value) }
        registers[Int(step.target)] = value
      }
      for (o, register) in outputRegisters.enumerated() {
        let value = registers[Int(register)]
        results[o][element] = accumulate[o] ? results[o][element] + value : value
      }
    }
    return results
  }

  func kernelResult(initial: [[T]]) -> [[T]] {
    var inputs: [UnsafeMutablePointer<T>] = []
    for array in arrays {
      let pointer = UnsafeMutablePointer<T>.allocate(capacity: array.count)
      pointer.initialize(from: array, count: array.count)
      inputs.append(pointer)
    }
    var outputs: [UnsafeMutablePointer<T>] = []
    for (o, alias) in aliases.enumerated() {
      if let alias {
        outputs.append(inputs[alias])
      } else {
        let pointer = UnsafeMutablePointer<T>.allocate(capacity: total + 1)
        pointer.initialize(from: initial[o], count: total)
        outputs.append(pointer)
      }
    }
    defer {
      for (output, alias) in zip(outputs, aliases) where alias == nil { output.deallocate() }
      for input in inputs { input.deallocate() }
    }
    let described = zip(inputs, strides).map { pointer, stride in
      let s = stride + [0, 0, 0]
      return nk_input(data: pointer, stride: (s[0], s[1], s[2], s[3]))
    }
    T.fused(
      steps, described, sizes, outputs.map { UnsafeMutableRawPointer($0) }, outputRegisters,
      accumulate)
    return outputs.map { Array(UnsafeBufferPointer(start: $0, count: total)) }
  }
}

@Suite struct FusedProgramTests {
  private func check<T: KernelScalar>(_: T.Type, level: nk_level, programs: Int) {
    var generator = SeededGenerator(seed: 22)
    #if arch(x86_64)
      let fusedMultiplyAdd = level != nk_level_base
    #else
      let fusedMultiplyAdd = true
    #endif
    for number in 0..<programs {
      let program = RandomProgram<T>(using: &generator)
      let initial = program.aliases.map { alias in
        alias.map { Array(program.arrays[$0].prefix(program.total)) }
          ?? generator.numbers(program.total).map { T($0) }
      }
      let expected = program.plainResult(initial: initial, fusedMultiplyAdd: fusedMultiplyAdd)
      let result = program.kernelResult(initial: initial)
      // The same operations in the same order: equal, except that zeros may differ in sign in max and min.
      #expect(
        result == expected,
        "program \(number) at level \(level.rawValue), sizes \(program.sizes), strides \(program.strides)"
      )
    }
  }

  @Test func `random programs equal their plain twin`() {
    atEveryLevel { level in
      check(Float.self, level: level, programs: 1500)
      check(Double.self, level: level, programs: 700)
    }
  }

  @Test func `two arrays can be exchanged in place`() {
    atEveryLevel { _ in
      var x: [Float] = (0..<256).map { Float($0) }
      var y: [Float] = (0..<256).map { Float(-$0) }
      let (x0, y0) = (x, y)
      let step = nk_step(
        operation: UInt8(nk_copy.rawValue), target: 2, a: 0, b: 0, c: 0, constant: 0)
      x.withUnsafeMutableBytes { x in
        y.withUnsafeMutableBytes { y in
          let inputs = [x, y].map { nk_input(data: $0.baseAddress, stride: (1, 0, 0, 0)) }
          Float.fused(
            [step], inputs, [256], [x.baseAddress, y.baseAddress], [1, 2], [false, false])
        }
      }
      #expect(x == y0)
      #expect(y == x0)
    }
  }

  @Test func `unaligned arrays are read and written`() {
    atEveryLevel { _ in
      let x: [Float] = (0..<80).map { Float($0) }
      var y = [Float](repeating: 7, count: 82)
      let step = nk_step(
        operation: UInt8(nk_square.rawValue), target: 1, a: 0, b: 0, c: 0, constant: 0)
      x.withUnsafeBufferPointer { x in
        y.withUnsafeMutableBufferPointer { y in
          let input = nk_input(data: x.baseAddress.map { $0 + 1 }, stride: (1, 0, 0, 0))
          let output = y.baseAddress.map { UnsafeMutableRawPointer($0 + 1) }
          Float.fused([step], [input], [79], [output], [1], [false])
        }
      }
      #expect(y == [7] + (1..<80).map { Float($0 * $0) } + [7, 7])
    }
  }
}
