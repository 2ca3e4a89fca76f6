import Testing

import Programs
import Transforms

struct BufferPlanTests {
  @Test func `no two live buffers overlap`() {
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<50 {
      let requests = (0..<60).map { buffer in
        let first = random(100)
        return BufferPlan.Request(
          buffer: buffer, bytes: random(5000), first: first, last: first + random(30))
      }
      let plan = BufferPlan(requests)
      for a in requests {
        for b in requests
        where a.buffer < b.buffer && a.first <= b.last && b.first <= a.last {
          let (x, y) = (plan.offsets[a.buffer]!, plan.offsets[b.buffer]!)
          #expect(x + a.bytes <= y || y + b.bytes <= x, "\(a) at \(x) overlaps \(b) at \(y)")
        }
        #expect(plan.offsets[a.buffer]! + a.bytes <= plan.byteCount)
        #expect(plan.offsets[a.buffer]! % 64 == 0)
      }
    }
  }
}
