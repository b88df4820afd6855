"""The numbers: data, moments, the closed form, gradient descent and its stability.

Where to find what the notebook has:

- `pd.read_csv`, `data`, `x`, `y`: reading.loading.load, examples.bundled, dataset.Dataset
- `sns.jointplot` with its line and band: inference.confidence_band, summary.histogram
- `sum_x`, `sum_xy`, `sum_x2`, `denominator`: closed_form.Sums
- `m` and `b` by the formula, step by step: closed_form.derivation
- `m_calc`, `b_calc`: closed_form.closed_form, which is dataset.Dataset.line
- `model`, `loss` and its mean: losses.Squared.value, moments.Moments.loss
- the partial derivatives, `dL_dm` and `dL_db`: losses.Squared.by_slope, losses.Squared.by_intercept
- figures 6 to 10, one parameter and its learning rates: losses1d.Figure
- `updated_m`, `updated_b`, m' = m − η ∂L/∂m: descent.composed, step_detail.step_detail
- `learning_rate_m`, `learning_rate_b`, `batch_size`, `epochs`: settings.Settings
- `loop_N`, `num_batches`: settings.Settings.steps, settings.Settings.steps_per_epoch
- the loop, and `train`: descent.descend, run.Run.advance
- `loss_history`: history.History
- `data.sample(batch_size)`: batches.sampler
- the homework's batch sizes: sweep.over_batch_sizes
- its scales 1, 2, 4, 8, and the scale that diverges: sweep.over_scales, tipping.tipping_scale
- a prediction of that scale: stability.predict
- a smaller learning rate in the first steps: schedules.Warmup
- its printed numbers: tests/core/test_facts.py
"""
