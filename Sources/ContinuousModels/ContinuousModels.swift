// ContinuousModels
