import Platform
import CKernels
package import Tensors

/// The memory in which one thread runs a scalar program; a run allocates nothing.
public final class ScalarWorkspace {
  /// The program that runs in this memory.
  public let program: ScalarProgram
  private let arguments: UnsafeMutablePointer<nk_rows>
  private let results: UnsafeMutablePointer<nk_rows>
  /// Runs the program as often as a solve needs it.
  package let call: ScalarCall
  /// All memory of the workspace.
  private var memory: [UnsafeMutableRawPointer] = []

  /// Bytes of registers that fit into a first-level cache together with the rows that are read and
  /// written.
  private static let registerBytes = 24_576

  /// A workspace of a program.
  ///
  /// - Parameter rows: the number of rows for which memory is planned; runs with more rows work,
  ///   without further gain.
  public init(_ program: ScalarProgram, rows: Int = 1) {
    self.program = program
    let parts = program.code
    let lanes = Self.lanes(rows: rows, registers: parts.isDouble.count)
    var offsets: [Int32] = []
    var bytes = 0
    for isDouble in parts.isDouble {
      offsets.append(Int32(bytes))
      bytes += lanes == 1 ? 8 : lanes * (isDouble ? 8 : 4)
    }
    let registers = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
    registers.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes, 64))
    for (register, value) in parts.constants {
      let place = registers + Int(offsets[Int(register)])
      if parts.isDouble[Int(register)] {
        place.initializeMemory(as: Double.self, repeating: value, count: lanes)
      } else {
        place.initializeMemory(as: Float.self, repeating: Float(value), count: lanes)
      }
    }
    var memory = [registers]
    arguments = Self.rows(program.parameterTypes, &memory)
    results = Self.rows(program.outputTypes, &memory)
    for place in program.invariant { arguments[place].stride = 0 }
    let setup = Self.parts(parts.setup, offsets, &memory)
    let body = Self.parts(parts.body, offsets, &memory)
    let outputs = Self.copy(parts.outputs.map { $0.placed(at: offsets) }, &memory)
    let code = UnsafeMutablePointer<nk_scalar_program>.allocate(capacity: 1)
    code.initialize(
      to: nk_scalar_program(
        setup: setup, setup_count: parts.setup.count, body: body, body_count: parts.body.count,
        outputs: outputs, output_count: parts.outputs.count, arguments: arguments, results: results,
        registers: registers, lanes: lanes, run: nil))
    memory.append(UnsafeMutableRawPointer(code))
    call = ScalarCall(program: code, arguments: arguments, results: results)
    self.memory = memory
  }

  deinit {
    for block in memory { block.deallocate() }
  }

  /// Sets the address of a parameter's rows; each has as many elements as the parameter's type.
  ///
  /// - Parameters:
  ///   - isShared: all rows read the first one.
  ///   - numbers: row `r` of a run is row `numbers[r]` of the memory.
  package func setParameter(
    _ place: Int, _ address: UnsafeRawPointer, isShared: Bool = false,
    numbers: UnsafePointer<Int32>? = nil
  ) {
    arguments[place].data = UnsafeMutableRawPointer(mutating: address)
    arguments[place].stride =
      isShared || program.invariant.contains(place) ? 0 : program.parameterTypes[place].count
    arguments[place].numbers = numbers
  }

  /// Sets the address to which an output's rows are written or added.
  ///
  /// - Parameters:
  ///   - isSum: the values of all rows are added to one row of memory, in the order of the rows.
  ///   - numbers: row `r` of a run is added to row `numbers[r]` of the memory.
  package func setOutput(
    _ place: Int, _ address: UnsafeMutableRawPointer, isSum: Bool = false,
    addingAt numbers: UnsafePointer<Int32>? = nil
  ) {
    results[place].data = address
    results[place].stride = isSum ? 0 : program.outputTypes[place].count
    results[place].numbers = numbers
    results[place].adds = isSum || numbers != nil
  }

  /// Computes the values that depend on invariant parameters alone; call it after they change.
  package func prepare() { nk_scalar_program_prepare(call.program) }

  /// Evaluates a number of rows; written outputs may share the memory of parameters.
  package func run(rows: Int) { nk_scalar_program_run(call.program, rows) }

  /// Concrete tensors in, concrete tensors out: one row.
  package func callAsFunction(_ inputs: [Storage]) -> [Storage] {
    precondition(
      inputs.map(\.type) == program.parameterTypes,
      "the program takes \(program.parameterTypes), not \(inputs.map(\.type))")
    for (place, input) in inputs.enumerated() { setParameter(place, input.bytes) }
    let outputs = program.outputTypes.map { Storage($0) { _ in } }
    for (place, output) in outputs.enumerated() { setOutput(place, output.mutableBytes) }
    withExtendedLifetime(inputs) {
      prepare()
      run(rows: 1)
    }
    return outputs
  }
}

extension ScalarWorkspace {
  private static func lanes(rows: Int, registers: Int) -> Int {
    if rows <= 1 { return 1 }
    let fitting = registerBytes / (8 * max(registers, 1))
    return min(128, max(16, min(fitting, rows + 15) / 16 * 16))
  }

  private static func rows(
    _ types: [TensorType], _ memory: inout [UnsafeMutableRawPointer]
  ) -> UnsafeMutablePointer<nk_rows> {
    copy(
      types.map {
        nk_rows(
          data: nil, stride: $0.count, numbers: nil, is_double: $0.scalar == .float64, adds: false)
      }, &memory)
  }

  private static func parts(
    _ parts: [ScalarCode.Part], _ offsets: [Int32], _ memory: inout [UnsafeMutableRawPointer]
  ) -> UnsafeMutablePointer<nk_part> {
    var made: [nk_part] = []
    for part in parts {
      let conversions = part.conversions.map {
        nk_conversion(source: offsets[Int($0.source)], target: offsets[Int($0.target)])
      }
      made.append(
        nk_part(
          is_double: part.isDouble,
          inputs: copy(part.inputs.map { $0.placed(at: offsets) }, &memory),
          input_count: part.inputs.count, conversions: copy(conversions, &memory),
          conversion_count: conversions.count,
          code: copy(part.code.map { $0.placed(at: offsets) }, &memory),
          code_count: part.code.count))
    }
    return copy(made, &memory)
  }

  private static func copy<Element: BitwiseCopyable>(
    _ elements: [Element], _ memory: inout [UnsafeMutableRawPointer]
  ) -> UnsafeMutablePointer<Element> {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    block.initialize(from: elements, count: elements.count)
    memory.append(UnsafeMutableRawPointer(block))
    return block
  }
}

extension nk_column {
  fileprivate func placed(at offsets: [Int32]) -> nk_column {
    nk_column(argument: argument, element: element, target: offsets[Int(target)])
  }
}

extension nk_instruction {
  fileprivate func placed(at offsets: [Int32]) -> nk_instruction {
    nk_instruction(
      operation: operation, target: offsets[Int(target)], a: offsets[Int(a)],
      b: offsets[Int(b)], c: offsets[Int(c)])
  }
}

/// A program in a workspace, which must outlive it; copies need no reference counting.
package struct ScalarCall {
  fileprivate let program: UnsafeMutablePointer<nk_scalar_program>
  fileprivate let arguments: UnsafeMutablePointer<nk_rows>
  fileprivate let results: UnsafeMutablePointer<nk_rows>

  /// Row `r` of a run reads row `numbers[r]` of a parameter's memory; `nil` for row `r`.
  package func setNumbers(_ place: Int, _ numbers: UnsafePointer<Int32>?) {
    arguments[place].numbers = numbers
  }

  /// Evaluates a number of rows after setting the addresses of parameters 0 and 1 and of output 0;
  /// the layout of rows is unchanged.
  package func run(
    rows: Int, _ first: UnsafeRawPointer, _ second: UnsafeRawPointer,
    into output: UnsafeMutableRawPointer
  ) {
    arguments[0].data = UnsafeMutableRawPointer(mutating: first)
    arguments[1].data = UnsafeMutableRawPointer(mutating: second)
    results[0].data = output
    nk_scalar_program_run(program, rows)
  }
}
