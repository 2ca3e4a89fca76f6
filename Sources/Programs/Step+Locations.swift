extension Step {
  /// Every buffer that the step reads or writes, for the liveness of scratch memory.
  func locations(_ customs: [Lowerer.CustomCall]) -> [Location] {
    switch self {
    case .fused(let step): Array(step.inputs) + Array(step.outputs)
    case .pack(let step): [step.source, step.target]
    case .multiply(let step):
      [step.left, step.packed, step.target] + (step.bias.map { [$0] } ?? [])
    case .reduce(let step): [step.source, step.target]
    case .copy(let step): [step.source, step.target]
    case .fill(let step): [step.target]
    case .gather(let step), .scatterAdd(let step): [step.source, step.indices, step.target]
    case .convolve(let step): [step.left, step.right, step.columns, step.packed, step.target]
    case .convert(let step): [step.source, step.target]
    case .custom(let number): customs[number].operands + customs[number].results
    }
  }

  /// Frees the side tables; called once, by the program that owns the step.
  func deallocate() {
    switch self {
    case .fused(let step):
      step.steps.deallocate()
      step.inputs.deallocate()
      step.sizes.deallocate()
      step.outputs.deallocate()
      step.registers.deallocate()
      step.accumulate.deallocate()
    case .copy(let step): step.layout.deallocate()
    default: break
    }
  }
}
