<% include 'license_header.txt' %>
"""Tests for the schedules."""

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import schedule
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

Schedule = test_algorithms.Schedule
Constant = test_algorithms.Constant
Decay = schedule.PolynomialDecay
LEVEL = '<<cookiecutter.level>>'

# The arguments before the steps, so that one test serves both classes.
_BOTH = (
  ('Constant', Constant, (0.5,)),
  ('PolynomialDecay', Decay, (0.2, 0.8)),
)


@keras.utils.register_keras_serializable('schedule_test')
class OddSteps(Schedule):
  """What a user may write: acts at every odd step, at a level of its own."""

  def __init__(self, level):
    self.level = level

  def __call__(self, step):
    return step % 2 == 1, ops.convert_to_tensor(self.level, 'float32')

  def get_config(self):
    return {
      'class_name': 'schedule_test>OddSteps',
      'config': {'level': self.level},
    }


def evaluate(a_schedule, step):
  """Returns the two values of a schedule as a bool and a float."""
  due, level = a_schedule(ops.convert_to_tensor(step, compat.STEP_DTYPE))
  return bool(due), float(level)


def due_steps(a_schedule, last):
  return [step for step in range(last + 1) if evaluate(a_schedule, step)[0]]


class ValidationTest(test_models.TestCase):
  """Arguments that make no sense are refused at once."""

  @parameterized.named_parameters(*_BOTH)
  def testRefusesBeginStepBelowZero(self, cls, levels):
    for begin_step in (-1, -5):
      with self.assertRaisesRegex(ValueError, 'begin_step'):
        cls(*levels, begin_step, 10)
    for begin_step in (0, 1, 10):
      cls(*levels, begin_step, 10)

  @parameterized.named_parameters(*_BOTH)
  def testRefusesEndStepBelowZero(self, cls, levels):
    for end_step in (-2, -100):
      with self.assertRaisesRegex(ValueError, 'end_step'):
        cls(*levels, 0, end_step)
    for end_step in (0, 1, 10):
      cls(*levels, 0, end_step)

  @parameterized.named_parameters(*_BOTH)
  def testRefusesEndStepBeforeBeginStep(self, cls, levels):
    with self.assertRaisesRegex(ValueError, 'end_step'):
      cls(*levels, 10, 9)
    cls(*levels, 10, 10)

  @parameterized.named_parameters(*_BOTH)
  def testRefusesFrequencyBelowOne(self, cls, levels):
    for frequency in (0, -1):
      with self.assertRaisesRegex(ValueError, 'frequency'):
        cls(*levels, 0, 10, frequency=frequency)
    cls(*levels, 0, 10, frequency=1)

  @parameterized.named_parameters(*_BOTH)
  def testStepsAreWholeNumbers(self, cls, levels):
    a_schedule = cls(*levels, np.int32(2), 64 / 8 * 2, frequency=4.0)
    self.assertEqual(due_steps(a_schedule, 20), [2, 6, 10, 14])
    for end_step in (10.5, float('nan'), float('inf'), '10', None):
      with self.assertRaisesRegex(ValueError, 'end_step.*whole'):
        cls(*levels, 0, end_step)

  @parameterized.named_parameters(
    ('Target', f'target_{LEVEL}', lambda level: Constant(level, 0)),
    ('Initial', f'initial_{LEVEL}', lambda level: Decay(level, 0.8, 0, 9)),
    ('Final', f'final_{LEVEL}', lambda level: Decay(0.2, level, 0, 9)),
  )
  def testRefusesLevelOutOfRange(self, name, create):
    for level in (-1.0, -0.001, 1.0, 10.0, float('nan')):
      with self.assertRaisesRegex(ValueError, name):
        create(level)
    for level in (0, 0.0, 0.001, 0.5, 0.999):
      self.assertIsInstance(create(level), Schedule)

  def testOnlyConstantMayLastForever(self):
    Constant(0.5, 0, -1)
    with self.assertRaisesRegex(ValueError, 'end_step'):
      Decay(0.2, 0.8, 0, -1)

  def testScheduleMustSayWhenAndHowToBeSaved(self):
    class Incomplete(Schedule):
      """Lacks both methods."""

    with self.assertRaises(TypeError):
      Incomplete()


class WhenTest(test_models.TestCase):
  """At which steps a schedule acts."""

  @parameterized.named_parameters(*_BOTH)
  def testActsFromBeginStepToEndStep(self, cls, levels):
    a_schedule = cls(*levels, 5, 9, frequency=1)
    self.assertEqual(due_steps(a_schedule, 15), [5, 6, 7, 8, 9])

  @parameterized.named_parameters(*_BOTH)
  def testActsAtEveryFrequencythStepFromBeginStep(self, cls, levels):
    a_schedule = cls(*levels, 5, 12, frequency=3)
    self.assertEqual(due_steps(a_schedule, 20), [5, 8, 11])

  @parameterized.named_parameters(*_BOTH)
  def testActsEveryHundredStepsByDefault(self, cls, levels):
    a_schedule = cls(*levels, 10, 400)
    for step, due in {9: 0, 10: 1, 60: 0, 110: 1, 310: 1, 410: 0}.items():
      self.assertEqual(evaluate(a_schedule, step)[0], bool(due), step)

  @parameterized.named_parameters(*_BOTH)
  def testOneStepIsEnough(self, cls, levels):
    self.assertEqual(due_steps(cls(*levels, 3, 3, frequency=2), 10), [3])

  def testConstantWithoutEndStepActsForever(self):
    a_schedule = Constant(0.5, 2, frequency=10)
    self.assertFalse(evaluate(a_schedule, 1)[0])
    last = np.iinfo(compat.STEP_DTYPE).max // 10 * 10 - 8
    for step in (2, 12, 100_002, last):
      self.assertTrue(evaluate(a_schedule, step)[0], step)
    self.assertFalse(evaluate(a_schedule, last + 1)[0])

  @parameterized.named_parameters(*_BOTH)
  def testGivesScalarTensors(self, cls, levels):
    self.assertScalars(cls(*levels, 1, 10, frequency=2))

  @parameterized.named_parameters(*_BOTH)
  @test_settings.needs('function')
  def testGivesScalarTensorsInGraphModeToo(self, cls, levels):
    self.assertScalars(tf.function(cls(*levels, 1, 10, frequency=2)))

  def assertScalars(self, call):
    due, level = call(ops.convert_to_tensor(3, compat.STEP_DTYPE))
    dtypes = [compat.dtype_name(value.dtype) for value in (due, level)]
    self.assertEqual(dtypes, ['bool', 'float32'])
    self.assertEqual((tuple(due.shape), tuple(level.shape)), ((), ()))
    self.assertTrue(due)

  @parameterized.named_parameters(*_BOTH)
  def testTakesTheVariableThatCounts(self, cls, levels):
    step = compat.Variable(3, trainable=False, dtype=compat.STEP_DTYPE)
    a_schedule = cls(*levels, 3, 9, frequency=5)
    self.assertTrue(a_schedule(step)[0])
    step.assign_add(1)
    self.assertFalse(a_schedule(step)[0])


class LevelTest(test_models.TestCase):
  """Which level a schedule asks for."""

  def testConstantIsConstant(self):
    a_schedule = Constant(0.7, 5, 9)
    for step in (0, 5, 7, 9, 100):
      self.assertAllClose(evaluate(a_schedule, step)[1], 0.7)

  def testPolynomialDecayFollowsItsFormula(self):
    a_schedule = Decay(0.2, 0.8, 100, 110)
    for step, level in {100: 0.2, 102: 0.4928, 105: 0.725, 110: 0.8}.items():
      self.assertAllClose(evaluate(a_schedule, step)[1], level, 1e-6, 1e-6)

  def testPolynomialDecayStaysAtItsEndsOutside(self):
    a_schedule = Decay(0.2, 0.8, 100, 110)
    self.assertAllClose(evaluate(a_schedule, 3)[1], 0.2)
    self.assertAllClose(evaluate(a_schedule, 1000)[1], 0.8)

  def testPolynomialDecayWithPowerOneIsLinear(self):
    a_schedule = Decay(0.8, 0.4, 0, 4, power=1)
    levels = [evaluate(a_schedule, step)[1] for step in range(5)]
    self.assertAllClose(levels, [0.8, 0.7, 0.6, 0.5, 0.4])

  def testPolynomialDecayOfOneStepIsAtItsEnd(self):
    self.assertAllClose(evaluate(Decay(0.2, 0.8, 3, 3), 3)[1], 0.8)


class SerializationTest(test_models.TestCase):
  """A schedule survives its configuration."""

  @parameterized.named_parameters(
    ('Constant', lambda: Constant(0.7, 10, 20, 5)),
    ('PolynomialDecay', lambda: Decay(0.2, 0.6, 10, 20, 5, 7)),
    ('OfAUser', lambda: OddSteps(0.25)),
  )
  def testConfigGivesAnEqualSchedule(self, create):
    original = create()
    config = original.get_config()
    self.assertEqual(set(config), {'class_name', 'config'})
    loaded = keras.utils.deserialize_keras_object(config)
    self.assertIs(type(loaded), type(original))
    self.assertEqual(vars(loaded), vars(original))
    again = type(original).from_config(config['config'])
    self.assertEqual(vars(again), vars(original))
    config = keras.utils.serialize_keras_object(original)
    again = keras.utils.deserialize_keras_object(config)
    self.assertEqual(vars(again), vars(original))

  def testNamesOfArgumentsSayTheLevel(self):
    constant = Constant(
      target_<<cookiecutter.level>>=0.5,
      begin_step=1,
      end_step=2,
      frequency=3,
    )
    self.assertEqual(constant.target_<<cookiecutter.level>>, 0.5)
    decay = Decay(
      initial_<<cookiecutter.level>>=0.1,
      final_<<cookiecutter.level>>=0.9,
      begin_step=1,
      end_step=2,
      power=3,
      frequency=4,
    )
    self.assertEqual(decay.initial_<<cookiecutter.level>>, 0.1)
    self.assertEqual(decay.final_<<cookiecutter.level>>, 0.9)

  def testUnregisteredScheduleLoadsInAScope(self):
    class Never(Schedule):
      """Not known to Keras."""

      def __call__(self, step):
        return ops.convert_to_tensor(False), ops.convert_to_tensor(0.0)

      def get_config(self):
        return {'class_name': 'Never', 'config': {}}

    with keras.utils.custom_object_scope({'Never': Never}):
      loaded = keras.utils.deserialize_keras_object(Never().get_config())
    self.assertIs(type(loaded), Never)


if __name__ == '__main__':
  tf.test.main()
