import CKernels
import Testing

@Suite struct FeatureLevelTests {
  @Test func `the highest level is in use and none above it can be chosen`() {
    #expect(nk_level_current() == nk_level_supported())
    #expect(nk_level_select(nk_level_v4) == nk_level_supported())
    atEveryLevel { level in
      #expect(nk_level_current() == level)
    }
    #expect(nk_level_current() == nk_level_supported())
  }
}
