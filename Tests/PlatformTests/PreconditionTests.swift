import Platform
import Testing

struct PreconditionTests {
  @Test func `a broken precondition stops the program with its message, also in release builds`()
    async
  {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      precondition([2, 3] == [3, 2], "shapes [2, 3] and [3, 2] differ")
    }
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(said.contains("shapes [2, 3] and [3, 2] differ"))
  }

  @Test func `a kept precondition does not evaluate its message`() {
    func message() -> String {
      Issue.record("the message was made")
      return ""
    }
    precondition(1 + 1 == 2, message())
  }
}
