"""Weight sharing with a codebook found by k-means."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib

_FREE = 255  # The cluster of a weight that shares its value with no other.


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Lets the weights of a cluster share one value, the mean of the cluster.

  Clusters are found by k-means whenever the schedule asks for it, and kept in
  between. The value that weights share is trained: through the mean each of
  them gets the same gradient. The strength is the fraction of weights that
  share; those next to their centroid come first.

  Source: Han et al., "Deep compression: compressing deep neural networks with
  pruning, trained quantization and Huffman coding",
  https://arxiv.org/abs/1510.00149.

  Args:
    clusters: Int in [2, 255], the number of values per weight tensor.
    iterations: Int, how often k-means moves the centroids.

  Raises:
    ValueError: If `clusters` is out of range.
  """

  target = target_lib.WeightInForward()

  def __init__(self, clusters=16, iterations=5):
    if not 2 <= clusters <= 255:
      raise ValueError(f'`clusters` must be in [2, 255]. Received: {clusters}.')
    self.clusters = clusters
    self.iterations = iterations

  def create_state(self, tensor):
    """Keeps the cluster of each weight, at first none."""
    return {
      'cluster': {
        'shape': tensor.shape,
        'dtype': tf.uint8,
        'initializer': keras.initializers.Constant(_FREE),
      }
    }

  def update_state(self, tensor, state, level):
    """Finds clusters and lets the fraction `level` of the weights share."""
    del state
    values = tf.reshape(tensor, [-1])
    low, high = tf.reduce_min(values), tf.reduce_max(values)
    centroids = tf.linspace(low, high, self.clusters)  # From the paper.
    for _ in range(self.iterations):
      cluster = _nearest(values, centroids)
      count = tf.math.bincount(cluster, minlength=self.clusters)
      mean = tf.math.unsorted_segment_mean(values, cluster, self.clusters)
      centroids = tf.where(count > 0, mean, centroids)
    cluster = _nearest(values, centroids)
    distance = tf.abs(values - tf.gather(centroids, cluster))
    count = tf.math.ceil(level * tf.cast(tf.size(values), tf.float32))
    last = tf.minimum(tf.cast(count, tf.int32), tf.size(values)) - 1
    last = tf.maximum(last, 0)
    threshold = tf.raw_ops.NthElement(input=distance, n=last)
    shares = (distance <= threshold) & (count > 0)
    cluster = tf.where(shares, cluster, _FREE)
    return {'cluster': tf.cast(tf.reshape(cluster, tensor.shape), tf.uint8)}

  def apply(self, tensor, state):
    """Gives weights that share the mean of their cluster."""
    # All that share with no other are counted as one more cluster.
    cluster = tf.minimum(tf.cast(state['cluster'], tf.int32), self.clusters)
    means = tf.math.unsorted_segment_mean(tensor, cluster, self.clusters + 1)
    return tf.where(cluster < self.clusters, tf.gather(means, cluster), tensor)

  def summarize(self, tensor, state):
    """Reports the fraction of weights that share their value."""
    shares = tf.cast(state['cluster'] < self.clusters, tf.float32)
    return {'strength': tf.reduce_mean(shares)}

  def get_config(self):
    """See base class."""
    return {'clusters': self.clusters, 'iterations': self.iterations}


def _nearest(values, centroids):
  """Returns the index of the nearest of centroids that are in order."""
  return tf.searchsorted((centroids[1:] + centroids[:-1]) / 2.0, values)
