import Graphs
import Tensors
import Testing

struct DescriptionTests {
  @Test func `a graph prints one line per instruction`() {
    let graph = trace([TensorType([20, 2], .float32), TensorType([2, 50], .float32)]) { x in
      [tanh(matmul(x[0], x[1])), x[0].sum([1])]
    }
    #expect(
      graph.description == """
        parameters %0: f32[20,2], %1: f32[2,50]
        %2: f32[20,50] = multiply matrices %0, %1
        %3: f32[20,50] = tanh %2
        %4: f32[20] = sum over [1] %0
        return %3, %4
        """)
  }

  @Test func `the gradient of a layer needs three products`() {
    let types = [TensorType([20, 2], .float32), TensorType([2, 50], .float32)]
    let graph = trace(types) { [tanh(matmul($0[0], $0[1])).sum()] }.gradient().simplified()
    #expect(
      graph.description == """
        parameters %0: f32[20,2], %1: f32[2,50]
        %2: f32[20,50] = splat 1.0
        %3: f32[20,50] = multiply matrices %0, %1
        %4: f32[20,50] = tanh %3
        %5: f32[20,50] = square %4
        %6: f32[20,50] = subtract %2, %5
        %7: f32[20,2] = multiply matrices right transposed %6, %1
        %8: f32[2,50] = multiply matrices left transposed %0, %6
        return %7, %8
        """)
  }

  @Test func `attributes are printed`() {
    let graph = trace([TensorType([4, 6], .float64)]) { x in
      let y = x[0].sliced(start: [1, 0], limit: [3, 5], stride: [1, 2])
        .padded(low: [0, 1], high: [0, 0], interior: [1, 0]).transposed()
      let z = concatenate([y, y.reshaped([4, 3]) + Tensor([1.0, 2, 3])], axis: 1)
      let w = select(z .< 0, z.splat(0.5), stopGradient(z))
      return [w.converted(to: .float32), w.matrixMultiplied(by: w, transposingRight: true)]
    }
    #expect(
      graph.description == """
        parameters %0: f64[4,6]
        %1: f64[2,3] = slice from [1, 0] by [1, 2] %0
        %2: f64[3,4] = pad [0, 1] [0, 0] between [1, 0] %1
        %3: f64[4,3] = transpose [1, 0] %2
        %4: f64[3] = constant [1.0, 2.0, 3.0]
        %5: f64[4,3] = broadcast %4
        %6: f64[4,3] = add %3, %5
        %7: f64[4,6] = concatenate along 1 %3, %6
        %8: f64[4,6] = splat 0.0
        %9: f64[4,6] = less %7, %8
        %10: f64[4,6] = splat 0.5
        %11: f64[4,6] = stop gradient %7
        %12: f64[4,6] = select %9, %10, %11
        %13: f32[4,6] = convert %12
        %14: f64[4,4] = multiply matrices right transposed %12, %12
        return %13, %14
        """)
  }
}
