"""Tasks, in; results in the order of the tasks, out: the one seam to more than one core.

Kernels release the GIL, so threads are enough here; a cluster's runner would have the same `map`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class LocalRunner:
    """Runs tasks on threads of this process.

    Attributes:
        threads: tasks under way at once; memory is what that many tasks hold.
    """

    threads: int

    def map(self, fn: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield `fn(task)` of each task, in the order of the tasks.

        No more than `threads` tasks are ever begun and not yet taken, so results do not pile up.

        Raises:
            Exception: whatever the first failing task raised; later tasks are not begun.
        """
        with ThreadPoolExecutor(self.threads) as pool:
            under_way: deque[Future[Result]] = deque()
            try:
                for task in tasks:
                    if len(under_way) == self.threads:
                        yield under_way.popleft().result()
                    under_way.append(pool.submit(fn, task))
                while under_way:
                    yield under_way.popleft().result()
            finally:
                for future in under_way:
                    future.cancel()
