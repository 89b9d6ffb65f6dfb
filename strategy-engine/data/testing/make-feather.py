"""Writes the .feather files of this folder as freqtrade and pandas write theirs. Needs pandas and pyarrow."""
import pandas, pyarrow.feather, sys
n = 60
frame = pandas.DataFrame({
    'date': pandas.date_range('2024-01-01', periods=n, freq='1min', tz='UTC'),
    'open': [100 + i % 7 for i in range(n)],
    'high': [110.5] * n,
    'low': [90.25] * n,
    'close': [100.125 + i % 3 for i in range(n)],
    'volume': [i * 0.5 for i in range(n)],
}).astype({'open': 'float64'})
folder = sys.argv[1]
frame['date'] = frame['date'].astype('datetime64[ms, UTC]')
frame.to_feather(f'{folder}/lz4.feather', compression='lz4', compression_level=9)
frame.to_feather(f'{folder}/zstd.feather', compression='zstd')
frame['date'] = frame['date'].astype('datetime64[ns, UTC]')
frame.to_feather(f'{folder}/plain.feather', compression='uncompressed')
print(frame.dtypes)
frame.insert(0, 'pair', 'BTC/USDT')
frame.insert(2, 'kind', pandas.Categorical(['spot'] * n))
frame['trades'] = range(n)
frame.to_feather(f'{folder}/wide.feather', compression='lz4', chunksize=25)
