import Graphs
import Programs
import Transforms
import Tensors
import Testing

@Suite struct ProgramLifetimeTests {
  /// A program's pool holds workspaces, and these must not hold the program.
  @Test func `a program that nobody holds is freed, with the memory that it ran in`() {
    weak var freed: Program?
    do {
      let program = Program(trace([TensorType([3], .float32)]) { [exp($0[0])] })
      _ = program([Tensor([Float(1), 2, 3], shape: [3]).storage!])
      freed = program
      #expect(freed != nil)
    }
    #expect(freed == nil)
  }

  @Test func `a separate workspace retains its program`() {
    let workspace = Workspace(
      Program(trace([TensorType([1], .float32)]) { [$0[0] + $0[0]] }))
    let result = workspace([Tensor([Float(2)], shape: [1]).storage!])
    #expect(Tensor(storage: result[0]).values == [4])
  }
}
