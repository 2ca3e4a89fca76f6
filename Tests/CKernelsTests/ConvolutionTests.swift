import CKernels
import TestSupport
import Testing

@Suite struct ConvolutionTests {
  private func check<T: KernelScalar>(_: T.Type) {
    var generator = SeededGenerator(seed: 31)
    for number in 0..<300 {
      func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
      let s = PatchShape(
        height: random(1..<10), width: random(1..<10), channels: random(1..<20),
        kernelHeight: random(1..<5), kernelWidth: random(1..<5), stride: random(1..<4),
        padding: random(0..<4))
      if s.height + 2 * s.padding < s.kernelHeight || s.width + 2 * s.padding < s.kernelWidth {
        continue
      }
      let image = (0..<s.imageCount).map { _ in T(Int.random(in: -9...9, using: &generator)) }
      var patches: [T] = []
      var back = [T](repeating: 0, count: s.imageCount)
      for oy in 0..<s.outHeight {
        for ox in 0..<s.outWidth {
          for ky in 0..<s.kernelHeight {
            for kx in 0..<s.kernelWidth {
              let (y, x) = (oy * s.stride - s.padding + ky, ox * s.stride - s.padding + kx)
              let inside = y >= 0 && y < s.height && x >= 0 && x < s.width
              for c in 0..<s.channels {
                let place = (y * s.width + x) * s.channels + c
                patches.append(inside ? image[place] : 0)
                // Small whole numbers: the sums of the adjoint are exact.
                if inside { back[place] += image[place] }
              }
            }
          }
        }
      }
      #expect(T.patches(image, s) == patches, "case \(number): \(s)")
      #expect(T.image(patches, s) == back, "case \(number): \(s)")
    }
  }

  @Test func `patches and their adjoint agree with plain loops`() {
    atEveryLevel { _ in
      check(Float.self)
      check(Double.self)
    }
  }
}
