import Tensors

extension SimplificationRule {
  /// Rules for broadcast, reshape and transpose.
  static let shapingRules: [SimplificationRule] = [
    SimplificationRule("a move that changes nothing") { y in
      switch y.operation {
      case .broadcast, .reshape:
        y.operands[0].type == y.type ? y.operands[0] : nil
      case .transpose(let permutation):
        permutation == Array(permutation.indices) ? y.operands[0] : nil
      default: nil
      }
    },
    SimplificationRule("a number in another shape is the number") { y in
      y.operands.first?.splatValue.map(y.splat)
    },
    SimplificationRule("broadcast(broadcast(x)) = broadcast(x)") { y in
      guard case .broadcast = y.operation else { return nil }
      return y.operands[0].broadcastOperand?.broadcast(to: y.shape)
    },
    SimplificationRule("reshape(reshape(x)) = reshape(x)") { y in
      guard case .reshape = y.operation, case .reshape = y.operands[0].operation
      else { return nil }
      return y.operands[0].operands[0].reshaped(y.shape)
    },
    SimplificationRule("reshape(constant) = constant") { y in
      guard case .reshape = y.operation, case .constant(let storage) = y.operands[0].operation
      else { return nil }
      return Tensor(
        storage: Storage(y.type) { $0.copyMemory(from: storage.bytes, byteCount: y.type.byteCount) }
      )
    },
    SimplificationRule("transpose(transpose(x)) = transpose(x)") { y in
      guard case .transpose(let outer) = y.operation,
        case .transpose(let inner) = y.operands[0].operation
      else { return nil }
      return y.operands[0].operands[0].transposed(outer.map { inner[$0] })
    },
    SimplificationRule("moving axes of size 1 is a reshape") { y in
      guard case .transpose(let permutation) = y.operation else { return nil }
      let x = y.operands[0]
      let moved = permutation.filter { x.shape[$0] != 1 }
      return moved == moved.sorted() ? x.reshaped(y.shape) : nil
    },
  ]

  /// Rules for slice, pad and concatenate.
  static let slicingRules: [SimplificationRule] = [
    SimplificationRule("a cut or join that changes nothing") { y in
      switch y.operation {
      case .slice, .pad: y.operands[0].type == y.type ? y.operands[0] : nil
      case .concatenate: y.operands.count == 1 ? y.operands[0] : nil
      default: nil
      }
    },
    SimplificationRule("a cut, pad or join of one number") { y in
      guard let value = y.operands[0].splatValue,
        y.operands.allSatisfy({ $0.splatValue == value })
      else { return nil }
      if case .pad = y.operation, value != 0 { return nil }
      return y.splat(value)
    },
    SimplificationRule("slice(slice(x)) = slice(x)") { y in
      guard case .slice(let start, let stride) = y.operation,
        case .slice(let innerStart, let innerStride) = y.operands[0].operation
      else { return nil }
      return Tensor(
        .slice(
          start: start.indices.map { innerStart[$0] + start[$0] * innerStride[$0] },
          stride: zip(stride, innerStride).map { $0 * $1 }), y.operands[0].operands, y.type)
    },
    SimplificationRule("slice(pad(x)) = x or 0") { y in
      guard case .slice(let start, let stride) = y.operation,
        case .pad(let low, _, let interior) = y.operands[0].operation
      else { return nil }
      let x = y.operands[0].operands[0]
      if x.type == y.type && start == low
        && y.shape.indices.allSatisfy({ y.shape[$0] <= 1 || stride[$0] == interior[$0] + 1 })
      {
        return x
      }
      let isOutside = y.shape.indices.contains { axis in
        let end = low[axis] + max(x.shape[axis] - 1, 0) * (interior[axis] + 1)
        return start[axis] > end || start[axis] + (y.shape[axis] - 1) * stride[axis] < low[axis]
      }
      return isOutside ? y.splat(0) : nil
    },
    SimplificationRule("slice(join(…, x, …)) = slice(x)") { y in
      guard case .slice(var start, let stride) = y.operation,
        case .concatenate(let axis) = y.operands[0].operation, y.shape[axis] > 0
      else { return nil }
      var offset = 0
      for part in y.operands[0].operands {
        let last = start[axis] + (y.shape[axis] - 1) * stride[axis]
        if offset <= start[axis] && last < offset + part.shape[axis] {
          start[axis] -= offset
          return Tensor(.slice(start: start, stride: stride), [part], y.type)
        }
        offset += part.shape[axis]
      }
      return nil
    },
    SimplificationRule("pad(pad(x)) = pad(x)") { y in
      guard case .pad(let low, let high, let between) = y.operation,
        case .pad(let innerLow, let innerHigh, let innerBetween) = y.operands[0].operation,
        between.allSatisfy({ $0 == 0 })
      else { return nil }
      return y.operands[0].operands[0].padded(
        low: zip(low, innerLow).map(+), high: zip(high, innerHigh).map(+), interior: innerBetween)
    },
    SimplificationRule("join(join(…), …) = join(…)") { y in
      guard case .concatenate(let axis) = y.operation else { return nil }
      let parts = y.operands.flatMap { $0.parts(along: axis) }.filter { $0.shape[axis] > 0 }
      guard parts.count > y.operands.count || (parts.count < y.operands.count && !parts.isEmpty)
      else { return nil }
      return concatenate(parts, axis: axis)
    },
    SimplificationRule("join(adjacent slices) = slice") { y in
      guard case .concatenate(let axis) = y.operation else { return nil }
      var parts: [Tensor] = []
      for part in y.operands {
        if let merged = parts.last.flatMap({ $0.merged(with: part, along: axis) }) {
          parts[parts.count - 1] = merged
        } else {
          parts.append(part)
        }
      }
      return parts.count < y.operands.count ? concatenate(parts, axis: axis) : nil
    },
  ]
}

extension Tensor {
  /// One slice for two adjacent slices of one tensor along `axis`.
  fileprivate func merged(with next: Tensor, along axis: Int) -> Tensor? {
    guard case .slice(let start, let stride) = operation,
      case .slice(let nextStart, let nextStride) = next.operation,
      operands[0].isSame(as: next.operands[0]), stride == nextStride, stride[axis] == 1,
      start.indices.allSatisfy({
        nextStart[$0] == start[$0] + ($0 == axis ? shape[$0] : 0)
          && (shape[$0] == next.shape[$0] || $0 == axis)
      })
    else { return nil }
    var joined = type
    joined.shape[axis] += next.shape[axis]
    return Tensor(.slice(start: start, stride: stride), operands, joined)
  }
}
