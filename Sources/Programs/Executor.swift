import CKernels
import Tensors

extension Workspace {
  @inline(__always)
  private func address(_ location: Location) -> UnsafeMutableRawPointer {
    bases[Int(location.buffer)] + location.offset
  }

  @inline(__always)
  private func floats(_ location: Location) -> UnsafeMutablePointer<Float> {
    address(location).assumingMemoryBound(to: Float.self)
  }

  @inline(__always)
  private func doubles(_ location: Location) -> UnsafeMutablePointer<Double> {
    address(location).assumingMemoryBound(to: Double.self)
  }

  func execute(_ steps: UnsafeMutableBufferPointer<Step>) {
    for index in steps.indices {
      switch steps[index] {
      case .fused(let step): run(step)
      case .pack(let step): run(step)
      case .multiply(let step): run(step)
      case .reduce(let step): run(step)
      case .copy(let step): run(step)
      case .fill(let step): run(step)
      case .gather(let step): gather(step)
      case .scatterAdd(let step): scatterAdd(step)
      case .convolve(let step): run(step)
      case .convert(let step): run(step)
      case .custom(let number): runCustom(number)
      }
    }
  }

  private func run(_ step: FusedStep) {
    let inputs = fusedInputs + step.firstInput
    for i in step.inputs.indices { inputs[i].data = UnsafeRawPointer(address(step.inputs[i])) }
    let outputs = fusedOutputs + step.firstOutput
    for i in step.outputs.indices { outputs[i] = address(step.outputs[i]) }
    let call = step.isDouble ? nk_fused_f64 : nk_fused_f32
    call(
      step.steps.baseAddress, Int32(step.steps.count), inputs, Int32(step.inputs.count),
      step.sizes.baseAddress, Int32(step.sizes.count), outputs, step.registers.baseAddress,
      step.accumulate.baseAddress, Int32(step.outputs.count))
  }

  private func run(_ step: PackStep) {
    if step.isDouble {
      nk_pack_f64(
        step.k, step.n, doubles(step.source), step.rowStride, step.columnStride,
        doubles(step.target))
    } else {
      nk_pack_f32(
        step.k, step.n, floats(step.source), step.rowStride, step.columnStride,
        floats(step.target))
    }
  }

  private func run(_ step: MultiplyStep) {
    if step.isDouble {
      nk_gemm_f64(
        step.m, step.n, step.k, doubles(step.left), step.rowStride, step.columnStride,
        doubles(step.packed), step.bias.map { UnsafePointer(doubles($0)) }, step.activation,
        step.accumulate, doubles(step.target))
    } else {
      nk_gemm_f32(
        step.m, step.n, step.k, floats(step.left), step.rowStride, step.columnStride,
        floats(step.packed), step.bias.map { UnsafePointer(floats($0)) }, step.activation,
        step.accumulate, floats(step.target))
    }
  }

  private func run(_ step: ReduceStep) {
    switch (step.isDouble, step.isMaximum) {
    case (false, false):
      nk_sum_f32(
        floats(step.source), step.outer, step.count, step.inner, step.accumulate,
        floats(step.target))
    case (true, false):
      nk_sum_f64(
        doubles(step.source), step.outer, step.count, step.inner, step.accumulate,
        doubles(step.target))
    case (false, true):
      nk_maximum_over_f32(
        floats(step.source), step.outer, step.count, step.inner, floats(step.target))
    case (true, true):
      nk_maximum_over_f64(
        doubles(step.source), step.outer, step.count, step.inner, doubles(step.target))
    }
  }

  private func run(_ step: CopyStep) {
    guard let layout = step.layout.baseAddress else { return }
    let (from, to, sizes) = (layout, layout + step.rank, layout + 2 * step.rank)
    if step.isDouble {
      nk_copy_f64(doubles(step.source), from, doubles(step.target), to, sizes, Int32(step.rank))
    } else {
      nk_copy_f32(floats(step.source), from, floats(step.target), to, sizes, Int32(step.rank))
    }
  }

  private func run(_ step: FillStep) {
    if step.isDouble {
      doubles(step.target).update(repeating: step.value, count: step.count)
    } else {
      floats(step.target).update(repeating: Float(step.value), count: step.count)
    }
  }

  private func gather(_ step: GatherStep) {
    if step.isDouble {
      nk_gather_f64(
        doubles(step.source), step.rows, step.width, doubles(step.indices), step.count,
        doubles(step.target))
    } else {
      nk_gather_f32(
        floats(step.source), step.rows, step.width, floats(step.indices), step.count,
        floats(step.target))
    }
  }

  private func scatterAdd(_ step: GatherStep) {
    if step.isDouble {
      nk_scatter_add_f64(
        doubles(step.source), doubles(step.indices), step.count, step.width, step.rows,
        doubles(step.target))
    } else {
      nk_scatter_add_f32(
        floats(step.source), floats(step.indices), step.count, step.width, step.rows,
        floats(step.target))
    }
  }

  private func run(_ step: ConvertStep) {
    if step.sourceIsDouble {
      let (source, target) = (doubles(step.source), floats(step.target))
      for i in 0..<step.count { target[i] = Float(source[i]) }
    } else {
      let (source, target) = (floats(step.source), doubles(step.target))
      for i in 0..<step.count { target[i] = Double(source[i]) }
    }
  }

  private func run(_ step: ConvolveStep) {
    if step.isDouble {
      convolve(step, ConvolutionKernels<Double>.double)
    } else {
      convolve(step, ConvolutionKernels<Float>.float)
    }
  }

  /// For each image: patches, then one product; the cotangent of the kernel sums over images in
  /// order.
  private func convolve<Scalar>(_ step: ConvolveStep, _ kernels: ConvolutionKernels<Scalar>) {
    let left = address(step.left).assumingMemoryBound(to: Scalar.self)
    let right = address(step.right).assumingMemoryBound(to: Scalar.self)
    let target = address(step.target).assumingMemoryBound(to: Scalar.self)
    let columns = address(step.columns).assumingMemoryBound(to: Scalar.self)
    let packed = address(step.packed).assumingMemoryBound(to: Scalar.self)
    let image = step.height * step.width * step.channels
    let output = step.positions * step.outChannels
    let (p, patch, o) = (step.positions, step.patch, step.outChannels)
    func patches(_ n: Int) -> UnsafeMutablePointer<Scalar> {
      if step.isPointwise { return left + n * image }
      kernels.toColumns(
        left + n * image, step.height, step.width, step.channels, step.kernelHeight,
        step.kernelWidth, step.stride, step.padding, columns)
      return columns
    }
    for n in 0..<step.batch {
      switch step.kind {
      case .forward:
        kernels.multiply(
          p, o, patch, patches(n), patch, 1, right, nil, nk_identity, false, target + n * output)
      case .inputGradient:
        let product = step.isPointwise ? target + n * image : columns
        kernels.multiply(
          p, patch, o, left + n * output, o, 1, right, nil, nk_identity, false, product)
        if !step.isPointwise {
          kernels.toImage(
            columns, step.height, step.width, step.channels, step.kernelHeight, step.kernelWidth,
            step.stride, step.padding, target + n * image)
        }
      case .kernelGradient:
        kernels.pack(p, o, right + n * output, o, 1, packed)
        kernels.multiply(
          patch, o, p, patches(n), 1, patch, packed, nil, nk_identity, n > 0, target)
      }
    }
    if step.batch == 0 && step.kind == .kernelGradient {
      target.update(repeating: kernels.zero, count: patch * o)
    }
  }

  private func runCustom(_ number: Int) {
    let call = program.customs[number]
    evaluators[number].evaluate(
      operands: call.operands.map { UnsafeRawPointer(address($0)) },
      results: call.results.map { address($0) })
  }
}

/// The kernels of a convolution, for one scalar type.
private struct ConvolutionKernels<Scalar> {
  typealias Pointer = UnsafeMutablePointer<Scalar>
  var zero: Scalar
  var toColumns: (Pointer, Int, Int, Int, Int, Int, Int, Int, Pointer) -> Void
  var toImage: (Pointer, Int, Int, Int, Int, Int, Int, Int, Pointer) -> Void
  var pack: (Int, Int, Pointer, Int, Int, Pointer) -> Void
  var multiply:
    (
      Int, Int, Int, Pointer, Int, Int, Pointer, Pointer?, nk_activation, Bool, Pointer
    ) -> Void
}

extension ConvolutionKernels {
  static var float: ConvolutionKernels<Float> {
    .init(
      zero: 0, toColumns: { nk_im2col_f32($0, $1, $2, $3, $4, $5, $6, $7, $8) },
      toImage: { nk_col2im_f32($0, $1, $2, $3, $4, $5, $6, $7, $8) },
      pack: { nk_pack_f32($0, $1, $2, $3, $4, $5) },
      multiply: { nk_gemm_f32($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) })
  }

  static var double: ConvolutionKernels<Double> {
    .init(
      zero: 0, toColumns: { nk_im2col_f64($0, $1, $2, $3, $4, $5, $6, $7, $8) },
      toImage: { nk_col2im_f64($0, $1, $2, $3, $4, $5, $6, $7, $8) },
      pack: { nk_pack_f64($0, $1, $2, $3, $4, $5) },
      multiply: { nk_gemm_f64($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) })
  }
}
