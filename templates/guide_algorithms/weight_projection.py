@keras.utils.register_keras_serializable('guide')
class Binarization(technique.Algorithm):
  """Weights of a channel become plus or minus their mean magnitude.

  The seed says in which order channels follow. See Rastegari et al., "XNOR-Net",
  https://arxiv.org/abs/1603.05279.
  """

  target = target_lib.WeightInForward()

  def __init__(self, seed=0):
    self.seed = seed

  def create_state(self, tensor):
    return {
      'scale': {
        'shape': tensor.shape[-1:],  # 0 while a channel is not binary.
        'dtype': tensor.dtype,
        'initializer': 'zeros',
      }
    }

  def update_state(self, tensor, state, level):
    axes = list(range(tensor.shape.rank - 1))
    scale = tf.reduce_mean(tf.abs(tensor), axes)
    order = tf.random.stateless_uniform(scale.shape, seed=[self.seed, 0])
    return {'scale': tf.where(order < level, scale, tf.zeros_like(scale))}

  def apply(self, tensor, state):
    scale = state['scale']

    def project(weight):
      binary = tf.where(weight < 0, -scale, scale)
      return tf.where(scale > 0, binary, weight)

    return tf.grad_pass_through(project)(tensor)

  def summarize(self, tensor, state):
    is_binary = tf.cast(state['scale'] > 0, tf.float32)
    return {'<<cookiecutter.level>>': tf.reduce_mean(is_binary)}

  def get_config(self):
    return {'seed': self.seed}


own_algorithm = Binarization(seed=1)
